// SPDX-License-Identifier: GPL-2.0-only
/*
 * By name (until 2020): ask the kernel's own mount of /proc for the number.
 *
 * As proc_flush_task() did it until 7bc3e6e55acf. Each pid namespace had an
 * internal mount of /proc, proc_mnt, and so all mounts in one namespace were
 * the same instance: their options were the internal mount's, and what an
 * instance of one's own would hold is not flushed (claims I2, I13).
 *
 *	who			holds			so that
 *	look-up			nothing			nobody keeps a list
 *	last iput		nothing
 *	flush			the dentry that it	it stays while what is
 *				found			below it is dropped
 *	release_task		the task's own pid	the number is still its:
 *							so it must flush first
 */
#include "proc.h"
#include "scheme.h"

/**
 * lab_init_pid() - initialise what this scheme adds to a pid
 * @pid: not visible to anybody else yet
 *
 * Part of alloc_pid(). Nothing is added.
 *
 * Context: Any.
 */
static void lab_init_pid(struct lab_pid *pid)
{
}

/**
 * lab_proc_pid_make_inode() - an inode of /proc for a task
 * @sb: in which instance; the caller keeps it mounted
 * @task: the caller holds a reference on it
 * @dir: whether it is a directory
 *
 * Mirrors proc_pid_make_inode().
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
	return inode;
}

/**
 * lab_proc_pid_evict_inode() - the end of an inode
 * @inode: without a reference
 *
 * Mirrors proc_evict_inode().
 *
 * Context: Process context.
 */
static void lab_proc_pid_evict_inode(struct lab_inode *inode)
{
	struct lab_pid *pid = inode->pid;

	lab_put_pid(pid);
}

/**
 * lab_proc_flush_pid() - drop the dentries that bear a pid's number
 * @pid: the caller keeps it alive, and its number its own
 *
 * Mirrors proc_flush_task_mnt(): in one instance of /proc, the kernel's own.
 *
 * Context: Process context, may sleep.
 */
static void lab_proc_flush_pid(struct lab_pid *pid)
{
	struct lab_super_block *sb = pid->ns->proc_mnt;
	struct lab_dentry *dentry;

	dentry = lab_d_lookup(sb->s_root, pid->nr);
	lab_point(flush_found);
	if (dentry) {
		lab_d_invalidate(dentry);
		lab_dput(dentry);
	}
	lab_point(flush_end);
}

/**
 * lab_release_task() - the end of a task that has been waited for
 * @p: nobody else may release it
 *
 * Mirrors release_task() in its old order: flush, then unhash. In between,
 * the task can still be looked up, and its dentry be made anew (claim I7).
 *
 * Context: Process context, may sleep. Takes lab_tasklist_lock.
 */
static void lab_release_task(struct lab_task *p)
{
	lab_proc_flush_pid(lab_task_pid(p));
	lab_point(release_flushed);

	write_lock_irq(&lab_tasklist_lock);
	lab_exit_signal(p, NULL);
	write_unlock_irq(&lab_tasklist_lock);
	lab_put_task_rcu_user(p);
}

#define LAB_SCHEME by_name
#include "table.h"
