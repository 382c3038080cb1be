// SPDX-License-Identifier: GPL-2.0-only
/* Leaves the C language.
 * expected: forbidden: __asm__ can't be used
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	__asm__ volatile("syscall" : : "a"(60), "D"(0));
	return NULL;
}
