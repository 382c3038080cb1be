// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong. The thought: "The section guards the nsproxy. What I want is the
 * namespace, and I have found that while I was inside."
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	rcu_read_lock();
	lab_point(read_begin);
	nsproxy = rcu_dereference(task->nsproxy);
	lab_point(read_pointer);
	if (nsproxy)
		uts_ns = nsproxy->uts_ns;
	lab_point(read_end);
	rcu_read_unlock();

	if (uts_ns)
		lab_get_uts_ns(uts_ns);
	return uts_ns;
}
