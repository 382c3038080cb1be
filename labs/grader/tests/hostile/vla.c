// SPDX-License-Identifier: GPL-2.0-only
/* Jumps over the page below its stack.
 * expected: forbidden: it needs an amount of the stack
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	char a[*(unsigned long *)task];

	a[0] = 1;
	return (struct lab_uts_namespace *)a[1];
}
