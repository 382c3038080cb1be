// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong. The thought: "I wait until all readers have left. Then nobody is
 * inside, and I can replace the pointer and free the old nsproxy in peace."
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	old = rcu_dereference_protected(self->nsproxy, true);
	lab_point(switch_begin);
	synchronize_rcu();
	lab_point(switch_waited);
	rcu_assign_pointer(self->nsproxy, new);
	lab_point(switch_replaced);

	if (old)
		lab_put_nsproxy(old);
}
