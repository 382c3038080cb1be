// SPDX-License-Identifier: GPL-2.0-only
/* The same by a big variable.
 * expected: forbidden: it needs too much of the stack
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	volatile unsigned long a[20000];

	a[0] = 0;
	return (struct lab_uts_namespace *)a[0];
}
