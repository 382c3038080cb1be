// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong. The thought: "The store of a pointer is atomic, and WRITE_ONCE() keeps
 * the compiler from tearing it. A reader sees the old one or the new one."
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	old = rcu_dereference_protected(self->nsproxy, true);
	lab_point(switch_begin);
	WRITE_ONCE(self->nsproxy, new);
	lab_point(switch_replaced);

	if (old && atomic_dec_and_test(&old->count)) {
		synchronize_rcu();
		lab_point(switch_waited);
		lab_free_nsproxy(old);
	}
}
