// SPDX-License-Identifier: GPL-2.0-only
/*
 * "First tidy up, then close the door. As long as the task is hashed, its pid
 * is sure to be there, and I need not hold it for longer than that."
 */
static void lab_release_task(struct lab_task *p)
{
	lab_proc_flush_pid(lab_get_pid(lab_task_pid(p)));
	lab_point(release_flushed);

	write_lock_irq(&lab_tasklist_lock);
	lab_exit_signal(p, NULL);
	write_unlock_irq(&lab_tasklist_lock);
	lab_point(release_unhashed);

	lab_put_task_rcu_user(p);
}
