// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong. The thought: "The whole switch belongs under the lock, the put of the
 * old nsproxy included. Better too much under a lock than too little."
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	spin_lock(&self->nsproxy_lock);
	old = self->nsproxy;
	lab_point(switch_begin);
	self->nsproxy = new;
	lab_point(switch_replaced);
	if (old)
		lab_put_nsproxy(old);
	spin_unlock(&self->nsproxy_lock);
}
