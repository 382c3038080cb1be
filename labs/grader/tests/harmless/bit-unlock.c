// SPDX-License-Identifier: GPL-2.0-only
/* Takes a bit lock and gives it back. */
#include <linux/bit_spinlock.h>

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long *word = lab_alloc(sizeof(*word));
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	bit_spin_lock(0, word);
	bit_spin_unlock(0, word);
	lab_free(word);
	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	rcu_read_unlock();
	return uts_ns;
}
