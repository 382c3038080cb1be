// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right, in another way: one helper takes the next inode off the list, with both
 * references or none, and another drops its dentry. A new inode is on the list
 * before it knows its pid: the flush, which finds it there, knows the pid.
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
	struct lab_inode *inode = lab_new_inode(sb, dir);
	struct lab_pid *pid;

	if (!inode)
		return NULL;
	pid = lab_get_task_pid(task);
	if (!pid) {
		lab_iput(inode);
		return NULL;
	}
	if (dir) {
		spin_lock(&pid->lock);
		hlist_add_head_rcu(&inode->sibling_inodes, &pid->inodes);
		spin_unlock(&pid->lock);
	}
	inode->pid = pid;
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

/* Off the list; false when there is none left. Without both references: none. */
static bool next_one(struct lab_pid *pid, struct lab_super_block **sb,
		     struct lab_inode **inode)
{
	struct lab_inode *found;
	struct hlist_node *node;

	*inode = NULL;
	*sb = NULL;
	rcu_read_lock();
	node = rcu_dereference(hlist_first_rcu(&pid->inodes));
	if (node) {
		found = hlist_entry(node, struct lab_inode, sibling_inodes);
		spin_lock(&pid->lock);
		hlist_del_init_rcu(&found->sibling_inodes);
		spin_unlock(&pid->lock);
		if (lab_try_active(found->i_sb)) {
			*sb = found->i_sb;
			*inode = lab_igrab(found);
		}
	}
	rcu_read_unlock();
	return node;
}

static void drop_dentry(struct lab_inode *inode)
{
	struct lab_dentry *dentry = lab_d_find_any_alias(inode);

	if (dentry)
		lab_d_invalidate(dentry);
	lab_iput(inode);
	if (dentry)
		lab_dput(dentry);
}

static void lab_proc_flush_pid(struct lab_pid *pid)
{
	struct lab_super_block *sb;
	struct lab_inode *inode;

	while (next_one(pid, &sb, &inode)) {
		if (inode)
			drop_dentry(inode);
		if (sb)
			lab_deactivate_super(sb);
	}
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
