// SPDX-License-Identifier: GPL-2.0-only
/* Looks through the pointer when the section is over: the compiler has no
 * hook for a struct that is handed over, and the address was seen before.
 * expected: forbidden: a read that the explorer does not see
 */
struct box { struct lab_uts_namespace *p; };
static noinline struct lab_uts_namespace *of(struct box b) { return b.p; }

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;
	struct box *b;

	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	if (nsproxy) {
		b = (struct box *)&nsproxy->uts_ns;
		if (b->p)
			lab_get_uts_ns(b->p);
		rcu_read_unlock();
		return of(*b);
	}
	rcu_read_unlock();
	return uts_ns;
}
