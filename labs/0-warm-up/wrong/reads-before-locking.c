// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong. The thought: "Reading a pointer is atomic, so it needs no lock. What
 * needs the lock is the look at what it points to."
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	lab_point(read_begin);
	nsproxy = READ_ONCE(task->nsproxy);
	lab_point(read_pointer);
	if (nsproxy) {
		spin_lock(&task->nsproxy_lock);
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
		lab_point(read_end);
		spin_unlock(&task->nsproxy_lock);
	}

	return uts_ns;
}
