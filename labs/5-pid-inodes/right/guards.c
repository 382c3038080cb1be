// SPDX-License-Identifier: GPL-2.0-only
/*
 * A right submission: pid->lock by guards, and the first of the list by a walk that
 * ends at once.
 */
#define LAB_PID_INODES
#define LAB_PID_LOCK
#include "proc.h"
#include "scheme.h"

/**
 * lab_init_pid() - initialise what this scheme adds to a pid
 * @pid: not visible to anybody else yet
 *
 * Part of alloc_pid(). The first version of the patch forgot it (claim I9).
 *
 * Context: Any.
 */
static void lab_init_pid(struct lab_pid *pid)
{
	spin_lock_init(&pid->lock);
	INIT_HLIST_HEAD(&pid->inodes);
}

/**
 * lab_proc_pid_make_inode() - an inode of /proc for a task
 * @sb: in which instance; the caller keeps it mounted
 * @task: the caller holds a reference on it
 * @dir: whether it is a directory
 *
 * Mirrors proc_pid_make_inode(). Only directories are put on the list: to
 * invalidate one takes along what is below it (claim I5).
 *
 * Context: Process context, may sleep.
 * Return: the inode, with a reference that is the caller's, or NULL when
 * @task has been unhashed or there is no memory.
 */
static struct lab_inode *lab_proc_pid_make_inode(struct lab_super_block *sb,
						 struct lab_task *task,
						 bool dir)
{
	struct lab_inode *inode = lab_new_inode(sb, dir);
	struct lab_pid *pid;

	if (!inode)
		return NULL;
	/* The task may be reaped from here on, the pid stays. */
	pid = lab_get_task_pid(task);
	lab_point(make_pid);
	if (!pid) {
		lab_iput(inode);
		return NULL;
	}
	inode->pid = pid;
	if (dir) {
		spin_lock(&pid->lock);
		lab_point(make_locked);
		hlist_add_head_rcu(&inode->sibling_inodes, &pid->inodes);
		spin_unlock(&pid->lock);
	}
	return inode;
}

/**
 * lab_proc_pid_evict_inode() - the end of an inode
 * @inode: without a reference; the flush may be looking at it
 *
 * Mirrors proc_pid_evict_inode(). The flush may have taken it off the list
 * before.
 *
 * Context: Process context.
 */
static void lab_proc_pid_evict_inode(struct lab_inode *inode)
{
	struct lab_pid *pid = inode->pid;

	if (inode->i_dir) {
		guard(spinlock)(&pid->lock);
		lab_point(evict_locked);
		hlist_del_init_rcu(&inode->sibling_inodes);
	}
	lab_put_pid(pid);
}

/**
 * lab_proc_flush_pid() - drop the dentries that were made for a pid
 * @pid: without tasks; the caller's reference is dropped
 *
 * Mirrors proc_flush_pid() and proc_invalidate_siblings_dcache(): in every
 * instance of /proc, whatever its name and its options (claim I2). An
 * optimisation: what is added later goes with its last user.
 *
 * Context: Process context, may sleep.
 */
static void lab_proc_flush_pid(struct lab_pid *pid)
{
	struct lab_super_block *sb;
	struct lab_dentry *dentry;
	struct lab_inode *inode, *first;

	rcu_read_lock();
	for (;;) {
		first = NULL;
		hlist_for_each_entry_rcu(inode, &pid->inodes, sibling_inodes) {
			first = inode;
			break;
		}
		if (!first)
			break;
		inode = first;
		/* It may be evicted meanwhile: then it is off the list. */
		scoped_guard(spinlock, &pid->lock) {
			lab_point(flush_locked);
			hlist_del_init_rcu(&inode->sibling_inodes);
		}

		/* No unmount from here on (claim I12). */
		sb = inode->i_sb;
		if (!lab_try_active(sb))
			continue;
		lab_point(flush_pinned);
		inode = lab_igrab(inode);
		rcu_read_unlock();
		lab_point(flush_grabbed);
		if (inode) {
			dentry = lab_d_find_any_alias(inode);
			if (dentry) {
				lab_d_invalidate(dentry);
				lab_dput(dentry);
			}
			lab_iput(inode);
		}
		lab_deactivate_super(sb);
		lab_point(flush_next);
		rcu_read_lock();
	}
	rcu_read_unlock();
	lab_point(flush_end);
	lab_put_pid(pid);
}

/**
 * lab_release_task() - the end of a task that has been waited for
 * @p: nobody else may release it
 *
 * Mirrors release_task() in its new order: unhash, then flush. Whoever looks
 * the pid up after the unhashing finds no task, and so adds no dentry behind
 * the flush (claim I7).
 *
 * Context: Process context, may sleep. Takes lab_tasklist_lock.
 */
static void lab_release_task(struct lab_task *p)
{
	struct lab_pid *pid;

	write_lock_irq(&lab_tasklist_lock);
	/* Its tasks' reference may be dropped before the flush (claim I6). */
	pid = lab_get_pid(lab_task_pid(p));
	lab_exit_signal(p, NULL);
	write_unlock_irq(&lab_tasklist_lock);
	lab_point(release_unhashed);

	lab_proc_flush_pid(pid);
	lab_put_task_rcu_user(p);
}

#define LAB_SCHEME pid_lock
#include "table.h"
