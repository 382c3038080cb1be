// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right, in another way: interrupts are off while the list's lock is held,
 * which costs a little and harms nobody; the flush moves each inode by goto;
 * the pid is asked for by lab_get_task_pid() before the task is unhashed.
 */
#define LAB_PID_INODES
#define LAB_PID_LOCK
#include "proc.h"
#include "scheme.h"

static void lab_init_pid(struct lab_pid *pid)
{
	pid->inodes = (struct hlist_head){ };
	spin_lock_init(&pid->lock);
}

static void lab_link(struct lab_pid *pid, struct lab_inode *inode)
{
	unsigned long flags;

	spin_lock_irqsave(&pid->lock, flags);
	hlist_add_head_rcu(&inode->sibling_inodes, &pid->inodes);
	spin_unlock_irqrestore(&pid->lock, flags);
}

static void lab_unlink(struct lab_pid *pid, struct lab_inode *inode)
{
	unsigned long flags;

	spin_lock_irqsave(&pid->lock, flags);
	hlist_del_init_rcu(&inode->sibling_inodes);
	spin_unlock_irqrestore(&pid->lock, flags);
}

static struct lab_inode *lab_proc_pid_make_inode(struct lab_super_block *sb,
						 struct lab_task *task,
						 bool dir)
{
	struct lab_inode *inode = lab_new_inode(sb, dir);

	if (!inode)
		return NULL;
	inode->pid = lab_get_task_pid(task);
	if (!inode->pid) {
		lab_iput(inode);
		return NULL;
	}
	if (dir)
		lab_link(inode->pid, inode);
	return inode;
}

static void lab_proc_pid_evict_inode(struct lab_inode *inode)
{
	struct lab_pid *pid = inode->pid;

	if (inode->i_dir)
		lab_unlink(pid, inode);
	inode->pid = NULL;
	lab_put_pid(pid);
}

static void lab_drop(struct lab_inode *inode)
{
	struct lab_dentry *dentry = lab_d_find_any_alias(inode);

	if (!dentry)
		return;
	lab_d_invalidate(dentry);
	lab_dput(dentry);
}

static void lab_proc_flush_pid(struct lab_pid *pid)
{
	struct lab_super_block *sb;
	struct hlist_node *node;
	struct lab_inode *inode;
	bool held;

again:
	rcu_read_lock();
	node = rcu_dereference(hlist_first_rcu(&pid->inodes));
	if (!node) {
		rcu_read_unlock();
		lab_put_pid(pid);
		return;
	}
	inode = hlist_entry(node, struct lab_inode, sibling_inodes);
	lab_unlink(pid, inode);
	sb = inode->i_sb;
	if (!lab_try_active(sb)) {
		rcu_read_unlock();
		goto again;
	}
	held = lab_igrab(inode);
	rcu_read_unlock();
	if (held) {
		lab_drop(inode);
		lab_iput(inode);
	}
	lab_deactivate_super(sb);
	goto again;
}

static void lab_release_task(struct lab_task *p)
{
	struct lab_pid *pid = lab_get_task_pid(p);

	write_lock_irq(&lab_tasklist_lock);
	lab_exit_signal(p, NULL);
	write_unlock_irq(&lab_tasklist_lock);
	lab_proc_flush_pid(pid);
	lab_put_task_rcu_user(p);
}

#define LAB_SCHEME pid_lock
#include "table.h"
