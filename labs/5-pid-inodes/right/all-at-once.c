// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right, in another way: the flush cuts the whole list off first and then works
 * through a list of its own. An inode that is evicted meanwhile leaves that one
 * under the same lock. And the release does the unhashing by itself: it frees
 * the pids after the flush, with a reference in hand all the same.
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
	struct lab_pid *pid = inode ? lab_get_task_pid(task) : NULL;

	if (pid && dir) {
		spin_lock(&pid->lock);
		hlist_add_head_rcu(&inode->sibling_inodes, &pid->inodes);
		spin_unlock(&pid->lock);
	}
	if (pid)
		inode->pid = pid;
	else if (inode)
		lab_iput(inode);
	return pid ? inode : NULL;
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
	struct hlist_head *mine = lab_alloc(sizeof(*mine));
	struct lab_super_block *sb;
	struct lab_dentry *dentry;
	struct lab_inode *inode;
	bool ours, pinned;

	/* Without memory there is no flush: it is only an optimisation. */
	if (!mine) {
		lab_put_pid(pid);
		return;
	}
	spin_lock(&pid->lock);
	hlist_move_list(&pid->inodes, mine);
	spin_unlock(&pid->lock);
	for (;;) {
		ours = false;
		pinned = false;
		sb = NULL;
		rcu_read_lock();
		spin_lock(&pid->lock);
		inode = NULL;
		if (mine->first) {
			inode = hlist_entry(mine->first, struct lab_inode,
					    sibling_inodes);
			hlist_del_init_rcu(&inode->sibling_inodes);
			sb = inode->i_sb;
		}
		spin_unlock(&pid->lock);
		if (inode)
			pinned = lab_try_active(sb);
		if (pinned)
			ours = lab_igrab(inode);
		rcu_read_unlock();
		if (!inode)
			break;
		if (ours) {
			dentry = lab_d_find_any_alias(inode);
			if (dentry) {
				lab_d_invalidate(dentry);
				lab_dput(dentry);
			}
			lab_iput(inode);
		}
		if (pinned)
			lab_deactivate_super(sb);
	}
	lab_free(mine);
	lab_put_pid(pid);
}

static void lab_release_task(struct lab_task *p)
{
	struct lab_pid *pid, *post[LAB_PIDTYPE_MAX] = { };

	write_lock_irq(&lab_tasklist_lock);
	pid = lab_get_pid(lab_task_pid(p));
	lab_exit_signal(p, post);
	write_unlock_irq(&lab_tasklist_lock);

	lab_proc_flush_pid(pid);
	lab_free_pids(post);
	lab_put_task_rcu_user(p);
}

#define LAB_SCHEME pid_lock
#include "table.h"
