// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong. The thought: "Why should the owner wait? call_rcu() frees behind the
 * grace period, and the switch returns at once."
 */
struct lab_deferred {
	struct rcu_head rcu;
	struct lab_nsproxy *nsproxy;
};

static void lab_free_deferred(struct rcu_head *rcu)
{
	struct lab_deferred *deferred;

	deferred = container_of(rcu, struct lab_deferred, rcu);
	lab_free_nsproxy(deferred->nsproxy);
	lab_free(deferred);
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_deferred *deferred;
	struct lab_nsproxy *old;

	might_sleep();

	old = rcu_dereference_protected(self->nsproxy, true);
	lab_point(switch_begin);
	rcu_assign_pointer(self->nsproxy, new);
	lab_point(switch_replaced);

	if (old && atomic_dec_and_test(&old->count)) {
		deferred = lab_alloc(sizeof(*deferred));
		if (!deferred) {
			synchronize_rcu();
			lab_free_nsproxy(old);
			return;
		}
		deferred->nsproxy = old;
		call_rcu(&deferred->rcu, lab_free_deferred);
	}
}
