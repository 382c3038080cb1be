// SPDX-License-Identifier: GPL-2.0-only
/* Keeps on its stack, from one execution to the next, that it was run before;
 * then each later execution is over before it does what is wrong.
 * expected: explorer: use-after-free
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	volatile unsigned long a[240];
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	if (a[4] == 0x123456789)
		return NULL;
	a[4] = 0x123456789;
	nsproxy = READ_ONCE(task->nsproxy);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	return uts_ns;
}
