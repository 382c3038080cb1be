/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pid family: a struct pid, the tasks that use it, and the dentries and
 * inodes of /proc that were made for it.
 *
 *	lab_task <----> lab_pid <---- lab_inode <---- lab_dentry
 *	                   '- - - - -> ^^^^^
 *	                the three schemes differ in this arrow
 *
 * A directory of /proc keeps its struct pid, never its task: the pid outlives
 * the task, and says so by having no task any more. What is left in the
 * dentry cache when the task has been reaped is memory for nothing, and the
 * flush gives it back. How does the flush find it?
 *
 * Left out: the level "task/" of /proc (a thread's directory stands beside
 * its leader's, where the kernel has a hidden one too), nested pid
 * namespaces, and look-ups that take no reference (RCU-walk).
 */
#ifndef LAB_PID_H
#define LAB_PID_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "lab.h"

struct lab_pid_scheme;
struct lab_super_block;

/* What a task may use a pid for: as its own, and as its session's. */
enum lab_pid_type { LAB_PIDTYPE_PID, LAB_PIDTYPE_SID, LAB_PIDTYPE_MAX };

/**
 * struct lab_wait_pidfd - those who poll a pidfd
 * @lock: taken by each wake-up, and a wake-up comes under tasklist_lock
 * @wakes: stands for the list of those who wait
 *
 * Stands for the wait_queue_head_t in struct pid.
 */
struct lab_wait_pidfd {
	spinlock_t lock; /* @wakes */
	unsigned int wakes;
};

/**
 * struct lab_pid - what tasks and inodes of /proc have in common
 * @count: one for its tasks together, one from each inode of /proc
 * @nr: the number
 * @birth: no other pid has this one, also none of the same number
 * @magic: %LAB_ALIVE until the free path
 * @ns: where the number means this pid
 * @tasks: those that use it; changed under lab_tasklist_lock, read under RCU
 * @wait_pidfd: see there
 * @rcu: a look-up by number holds no reference yet
 * @inodes: the directories of /proc made for it, in the schemes that have it
 * @lock: guards @inodes, in pid_lock.c
 *
 * What only a scheme has stands last, and each scheme says how large the
 * whole is: what all schemes share never sees more than the beginning.
 */
struct lab_pid {
	refcount_t count;
	unsigned int nr;
	unsigned int birth;
	unsigned int magic;
	struct lab_pid_namespace *ns;
	struct hlist_head tasks[LAB_PIDTYPE_MAX];
	struct lab_wait_pidfd wait_pidfd;
	struct rcu_head rcu;
#ifdef LAB_PID_INODES
	struct hlist_head inodes;
#endif
#ifdef LAB_PID_LOCK
	spinlock_t lock; /* @inodes */
#endif
};

/**
 * struct lab_pid_namespace - where numbers mean pids
 * @scheme: of all that is in it
 * @proc_mnt: the kernel's own mount of /proc, which by_name.c needs
 * @nr_ids: numbers are below this
 * @ids: the pid of each number, or NULL
 */
struct lab_pid_namespace {
	const struct lab_pid_scheme *scheme;
	struct lab_super_block *proc_mnt;
	unsigned int nr_ids;
	struct lab_pid __rcu *ids[];
};

/**
 * struct lab_task - as much of a task_struct as has to do with pids
 * @usage: one until it is reaped and a grace period has passed, one from
 *	each who holds it
 * @pids: its own pid and its session's; NULL once it is unhashed
 * @pid_links: on their lists of tasks
 * @group_leader: itself, or the leader of the thread group
 * @inodes: where the wrong solution of claim I1 keeps its list
 * @rcu: those who found it under RCU hold no reference yet
 */
struct lab_task {
	refcount_t usage;
	struct lab_pid __rcu *pids[LAB_PIDTYPE_MAX];
	struct hlist_node pid_links[LAB_PIDTYPE_MAX];
	struct lab_task *group_leader;
	struct hlist_head inodes;
	struct rcu_head rcu;
};

/* Readers may be in softirq; writers keep interrupts off for that. */
extern rwlock_t lab_tasklist_lock;

/* pid.c: pids and tasks */
struct lab_pid_namespace *lab_create_pid_ns(const struct lab_pid_scheme *scheme,
					    unsigned int nr_ids);
void lab_free_pid_ns(struct lab_pid_namespace *ns);
void lab_put_pid(struct lab_pid *pid);
void lab_free_pids(struct lab_pid **pids);
struct lab_pid *lab_get_task_pid(struct lab_task *task);
struct lab_task *lab_get_pid_task(struct lab_pid *pid);
struct lab_task *lab_find_get_task(struct lab_pid_namespace *ns,
				   unsigned int nr);
struct lab_task *lab_fork(struct lab_pid_namespace *ns, unsigned int nr,
			  struct lab_task *leader, struct lab_task *session);
void lab_put_task(struct lab_task *task);
void lab_put_task_rcu_user(struct lab_task *task);
void lab_exit_signal(struct lab_task *task, struct lab_pid **post);
void lab_de_thread_2020(struct lab_task *self);
void lab_de_thread(struct lab_task *self);
void lab_wake_pidfd(struct lab_pid *pid);
void lab_exit_notify(struct lab_task *task);
void lab_send_sigurg(struct lab_pid *pid);

/**
 * lab_task_pid() - a task's own pid
 * @task: not reaped yet, or the caller is the one who reaps it
 *
 * Context: Holds lab_tasklist_lock, or is alone in changing it.
 * Return: the pid, without a reference.
 */
static inline struct lab_pid *lab_task_pid(struct lab_task *task)
{
	return rcu_dereference_protected(task->pids[LAB_PIDTYPE_PID], true);
}

/**
 * lab_get_pid() - one more reference on a pid
 * @pid: something keeps it alive already
 *
 * Context: Any.
 * Return: @pid.
 */
static inline struct lab_pid *lab_get_pid(struct lab_pid *pid)
{
	refcount_inc(&pid->count);
	return pid;
}

#endif /* LAB_PID_H */
