// SPDX-License-Identifier: GPL-2.0-only
/*
 * What else befalls a pid: an exec by a thread that is not the leader, and
 * an exit that others are told of.
 */
#include "scheme.h"

/* A thread takes over what its leader is besides a thread. */
static void lab_transfer_session(struct lab_task *from, struct lab_task *to)
{
	struct lab_pid *pid;

	pid = rcu_dereference_protected(from->pids[LAB_PIDTYPE_SID], true);
	rcu_assign_pointer(to->pids[LAB_PIDTYPE_SID], pid);
	hlist_replace_rcu(&from->pid_links[LAB_PIDTYPE_SID],
			  &to->pid_links[LAB_PIDTYPE_SID]);
	RCU_INIT_POINTER(from->pids[LAB_PIDTYPE_SID], NULL);
}

/**
 * lab_de_thread_2020() - exec by a thread, as Linux had it when the list came
 * @self: a thread, not the leader; the leader is a zombie
 *
 * The thread gives its own pid up and takes its leader's, which both use
 * until the leader is released. So that release flushes the directories of a
 * pid that lives on (claim I4), and nobody flushes those of the pid that was
 * given up.
 *
 * Context: Process context, may sleep. Takes lab_tasklist_lock.
 */
void lab_de_thread_2020(struct lab_task *self)
{
	struct lab_task *leader = self->group_leader;
	struct lab_pid *old = lab_task_pid(self), *pid;
	struct hlist_node *link = &self->pid_links[LAB_PIDTYPE_PID];
	struct lab_pid *given_up[LAB_PIDTYPE_MAX] = { old };

	write_lock_irq(&lab_tasklist_lock);
	pid = lab_task_pid(leader);
	hlist_del_init_rcu(link);
	rcu_assign_pointer(self->pids[LAB_PIDTYPE_PID], pid);
	lab_free_pids(given_up);
	hlist_add_head_rcu(link, &pid->tasks[LAB_PIDTYPE_PID]);
	lab_transfer_session(leader, self);
	self->group_leader = self;
	leader->group_leader = self;
	write_unlock_irq(&lab_tasklist_lock);

	pid->ns->scheme->release_task(leader);
}

/**
 * lab_de_thread() - exec by a thread, as Linux has it since 6b03d1304a32
 * @self: a thread, not the leader; the leader is a zombie
 *
 * "proc: Ensure we see the exit of each process tid exactly once", weeks
 * after the list: the two exchange their pids, so that the release of the leader
 * flushes the directories of the pid that goes away.
 *
 * Context: Process context, may sleep. Takes lab_tasklist_lock.
 */
void lab_de_thread(struct lab_task *self)
{
	struct lab_task *leader = self->group_leader;
	struct lab_pid *old = lab_task_pid(self), *pid;

	write_lock_irq(&lab_tasklist_lock);
	pid = lab_task_pid(leader);
	/* Whoever looks in between sees one task behind both pids. */
	hlists_swap_heads_rcu(&old->tasks[LAB_PIDTYPE_PID],
			      &pid->tasks[LAB_PIDTYPE_PID]);
	rcu_assign_pointer(self->pids[LAB_PIDTYPE_PID], pid);
	rcu_assign_pointer(leader->pids[LAB_PIDTYPE_PID], old);
	lab_transfer_session(leader, self);
	self->group_leader = self;
	leader->group_leader = self;
	write_unlock_irq(&lab_tasklist_lock);

	pid->ns->scheme->release_task(leader);
}

/**
 * lab_wake_pidfd() - wake those who poll a pidfd
 * @pid: whose
 *
 * Mirrors do_notify_pidfd(), which wakes all on the wait queue wait_pidfd.
 *
 * Context: Any, with lab_tasklist_lock held or not.
 */
void lab_wake_pidfd(struct lab_pid *pid)
{
	unsigned long flags;

	spin_lock_irqsave(&pid->wait_pidfd.lock, flags);
	lab_point(wake_locked);
	pid->wait_pidfd.wakes++;
	spin_unlock_irqrestore(&pid->wait_pidfd.lock, flags);
}

/**
 * lab_exit_notify() - an exiting task tells of it
 * @task: exits; not reaped yet
 *
 * Mirrors exit_notify(), by do_notify_parent() and do_notify_pidfd().
 *
 * Context: Any with interrupts on. Takes lab_tasklist_lock.
 */
void lab_exit_notify(struct lab_task *task)
{
	write_lock_irq(&lab_tasklist_lock);
	lab_point(notify_locked);
	lab_wake_pidfd(lab_task_pid(task));
	write_unlock_irq(&lab_tasklist_lock);
}

/**
 * lab_send_sigurg() - urgent data have come for whoever has this pid
 * @pid: set by fcntl(F_SETOWN); the caller keeps it alive
 *
 * Mirrors send_sigurg(), which the network calls in softirq.
 *
 * Context: Any, softirq too. Takes lab_tasklist_lock for reading.
 */
void lab_send_sigurg(struct lab_pid *pid)
{
	struct lab_task *task;

	read_lock(&lab_tasklist_lock);
	lab_point(sigurg_locked);
	task = lab_get_pid_task(pid);
	if (task)
		lab_put_task(task);
	read_unlock(&lab_tasklist_lock);
}
