// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right, in another way: who gets no pid never makes an inode, and the flush looks
 * for the head once outside a section, without following it: where the list is
 * empty after the unhashing, there is nothing to do.
 */
#define LAB_PID_INODES
#define LAB_PID_LOCK
#include "proc.h"
#include "scheme.h"

static void lab_init_pid(struct lab_pid *pid)
{
	spin_lock_init(&pid->lock);
	INIT_HLIST_HEAD(&pid->inodes);
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
	if (dir) {
		spin_lock(&pid->lock);
		hlist_add_head_rcu(&inode->sibling_inodes, &pid->inodes);
		spin_unlock(&pid->lock);
	}
	return inode;
}

static void lab_proc_pid_evict_inode(struct lab_inode *inode)
{
	struct lab_pid *pid = inode->pid;

	if (inode->i_dir) {
		spin_lock(&pid->lock);
		hlist_del_init_rcu(&inode->sibling_inodes);
		spin_unlock(&pid->lock);
	}
	lab_put_pid(pid);
}

static void lab_proc_flush_pid(struct lab_pid *pid)
{
	struct lab_super_block *sb;
	struct lab_dentry *dentry;
	struct hlist_node *node;
	struct lab_inode *inode;

	if (!READ_ONCE(pid->inodes.first))
		goto out;
	rcu_read_lock();
	while ((node = rcu_dereference(hlist_first_rcu(&pid->inodes)))) {
		inode = hlist_entry(node, struct lab_inode, sibling_inodes);
		spin_lock(&pid->lock);
		hlist_del_init_rcu(&inode->sibling_inodes);
		spin_unlock(&pid->lock);

		sb = inode->i_sb;
		if (!lab_try_active(sb))
			continue;
		inode = lab_igrab(inode);
		rcu_read_unlock();
		if (inode) {
			dentry = lab_d_find_any_alias(inode);
			if (dentry) {
				lab_d_invalidate(dentry);
				lab_dput(dentry);
			}
			lab_iput(inode);
		}
		lab_deactivate_super(sb);
		rcu_read_lock();
	}
	rcu_read_unlock();
out:
	lab_put_pid(pid);
}

static void lab_release_task(struct lab_task *p)
{
	struct lab_pid *pid;

	write_lock_irq(&lab_tasklist_lock);
	pid = lab_get_pid(lab_task_pid(p));
	lab_exit_signal(p, NULL);
	write_unlock_irq(&lab_tasklist_lock);

	lab_proc_flush_pid(pid);
	lab_put_task_rcu_user(p);
}

#define LAB_SCHEME pid_lock
#include "table.h"
