// SPDX-License-Identifier: GPL-2.0-only
/* Makes the explorer's clock run over, so that what follows seems in order.
 * expected: explorer: limit
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;
	int i;

	for (i = 0; i < 65536 - 1; i++)
		smp_mb();
	nsproxy = READ_ONCE(task->nsproxy);
	return nsproxy && nsproxy->uts_ns->ns.inum ? NULL : NULL;
}
