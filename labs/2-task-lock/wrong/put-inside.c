// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Whoever comes next must not find the old nsproxy half gone. So replacing it
 * and dropping the reference belong together, in one section."
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	lab_task_lock(self);
	old = self->nsproxy;
	lab_point(switch_begin);
	self->nsproxy = new;
	lab_point(switch_replaced);
	if (old)
		lab_put_nsproxy(old);
	lab_task_unlock(self);
}
