// SPDX-License-Identifier: GPL-2.0-only
/* Makes a count of the explorer's run over.
 * expected: explorer: limit
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	int i;

	for (i = 0; i < 1 << 16; i++)
		rcu_read_lock();
	return NULL;
}
