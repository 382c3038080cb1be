// SPDX-License-Identifier: GPL-2.0-only
/* Jumps over the declaration of an array, and writes to it before it is read. */
static noinline unsigned long last(volatile unsigned long *of)
{
	of[3] = 7;
	return of[3];
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	goto past;
	{
		unsigned long mine[4];
past:
		if (last(mine) != 7)
			return NULL;
	}
	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	rcu_read_unlock();
	return uts_ns;
}
