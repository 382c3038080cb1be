// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right, in another way: the flush takes its references under the list's lock
 * and needs no read-side critical section for it. What is on the list has not
 * been evicted, as that takes this lock; so its memory is there, and its
 * instance's too.
 */
#define LAB_PID_INODES
#define LAB_PID_LOCK
#include "proc.h"
#include "scheme.h"

static void lab_init_pid(struct lab_pid *pid)
{
	INIT_HLIST_HEAD(&pid->inodes);
	spin_lock_init(&pid->lock);
}

static struct lab_inode *lab_proc_pid_make_inode(struct lab_super_block *sb,
						 struct lab_task *task,
						 bool dir)
{
	struct lab_pid *pid = lab_get_task_pid(task);
	struct lab_inode *inode;

	if (!pid)
		return NULL;
	inode = lab_new_inode(sb, dir);
	if (!inode) {
		lab_put_pid(pid);
		return NULL;
	}
	inode->pid = pid;
	if (!dir)
		return inode;
	spin_lock(&pid->lock);
	hlist_add_head_rcu(&inode->sibling_inodes, &pid->inodes);
	spin_unlock(&pid->lock);
	return inode;
}

static void lab_proc_pid_evict_inode(struct lab_inode *inode)
{
	/* For a file there is nothing to take off. */
	spin_lock(&inode->pid->lock);
	if (!hlist_unhashed(&inode->sibling_inodes))
		hlist_del_init_rcu(&inode->sibling_inodes);
	spin_unlock(&inode->pid->lock);
	lab_put_pid(inode->pid);
}

/* The next inode, with a reference and its instance pinned, or NULL. */
static struct lab_inode *next_inode(struct lab_pid *pid)
{
	struct lab_inode *inode = NULL;
	struct lab_super_block *sb;

	spin_lock(&pid->lock);
	while (!inode && !hlist_empty(&pid->inodes)) {
		inode = hlist_entry(pid->inodes.first, struct lab_inode,
				    sibling_inodes);
		hlist_del_init_rcu(&inode->sibling_inodes);
		sb = inode->i_sb;
		if (!lab_try_active(sb)) {
			inode = NULL;
			continue;
		}
		inode = lab_igrab(inode);
		if (!inode) {
			/* The last put of an instance may sleep. */
			spin_unlock(&pid->lock);
			lab_deactivate_super(sb);
			spin_lock(&pid->lock);
		}
	}
	spin_unlock(&pid->lock);
	return inode;
}

static void lab_proc_flush_pid(struct lab_pid *pid)
{
	struct lab_super_block *sb;
	struct lab_dentry *dentry;
	struct lab_inode *inode;

	while ((inode = next_inode(pid))) {
		sb = inode->i_sb;
		dentry = lab_d_find_any_alias(inode);
		if (dentry) {
			lab_d_invalidate(dentry);
			lab_dput(dentry);
		}
		lab_iput(inode);
		lab_deactivate_super(sb);
	}
	lab_put_pid(pid);
}

static void lab_release_task(struct lab_task *p)
{
	struct lab_pid *pid = lab_get_pid(lab_task_pid(p));

	write_lock_irq(&lab_tasklist_lock);
	lab_exit_signal(p, NULL);
	write_unlock_irq(&lab_tasklist_lock);
	lab_put_task_rcu_user(p);
	lab_proc_flush_pid(pid);
}

#define LAB_SCHEME pid_lock
#include "table.h"
