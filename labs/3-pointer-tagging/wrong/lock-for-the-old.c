// SPDX-License-Identifier: GPL-2.0-only
/*
 * "The lock is there so that no reader is inside when I take the old pointer
 * out. I have it now, so the lock can go. What I store then is a whole word, in
 * one store, as the only one who ever stores another pointer."
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	old = lab_ptrlock_lock(&self->nsproxy);
	lab_point(switch_begin);
	lab_ptrlock_unlock(&self->nsproxy);
	lab_point(switch_unlocked);
	WRITE_ONCE(self->nsproxy.word, (unsigned long)new);
	lab_point(switch_replaced);

	if (old)
		lab_put_nsproxy(old);
}
