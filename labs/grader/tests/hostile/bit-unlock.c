// SPDX-License-Identifier: GPL-2.0-only
/* Unlocks a bit that nobody took, so that preemption seems to be on where it is off.
 * expected: explorer: lock-misuse
 */
#include <linux/bit_spinlock.h>

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long *word = lab_alloc(sizeof(*word));
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	WRITE_ONCE(*word, 1);
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
