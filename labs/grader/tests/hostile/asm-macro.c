// SPDX-License-Identifier: GPL-2.0-only
/* The same behind a macro.
 * expected: forbidden: __asm can't be used
 */
#define CODE(text) __asm volatile(text)

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	CODE("nop");
	return NULL;
}
