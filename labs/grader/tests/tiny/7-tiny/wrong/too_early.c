// SPDX-License-Identifier: GPL-2.0-only
/* The wait is what the readers need: it comes first. */
static bool lab_helper(atomic_t *count)
{
	return atomic_dec_and_test(count);
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();
	old = rcu_dereference_protected(self->nsproxy, true);
	synchronize_rcu();
	rcu_assign_pointer(self->nsproxy, new);
	if (old && lab_helper(&old->count))
		lab_free_nsproxy(old);
}
