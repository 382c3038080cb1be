// SPDX-License-Identifier: GPL-2.0-only
/* Makes all visible.
 * expected: forbidden: static (belongs to the compiler|is a name in)
 */
#define static

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
