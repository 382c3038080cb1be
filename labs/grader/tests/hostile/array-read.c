// SPDX-License-Identifier: GPL-2.0-only
/* Reads the pointer where the explorer does not look.
 * expected: forbidden: a read that the explorer does not see|explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long a[2] = { 0, 0 }, where = task->comm[0];

	return (struct lab_uts_namespace *)a[where + (unsigned long)task];
}
