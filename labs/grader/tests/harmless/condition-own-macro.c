// SPDX-License-Identifier: GPL-2.0-only
/* Conditions on what it says itself, by way of another macro. */
#define BASE	3
#define CAREFUL	(BASE - 2)

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

#if CAREFUL
	rcu_read_lock();
#endif
	nsproxy = rcu_dereference(task->nsproxy);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
#ifdef CAREFUL
	rcu_read_unlock();
#endif
	return uts_ns;
}
