// SPDX-License-Identifier: GPL-2.0-only
/*
 * "The task that I release is still here: I hold it until the last line. It has
 * its pid, and so the pid is here as well. What would I take another reference
 * for?"
 */
static struct lab_inode *lab_first_inode(struct lab_pid *pid)
{
	struct hlist_node *node;

	node = rcu_dereference(hlist_first_rcu(&pid->inodes));
	return node ? hlist_entry(node, struct lab_inode, sibling_inodes) : NULL;
}

static void lab_take_off(struct lab_pid *pid, struct lab_inode *inode)
{
	spin_lock(&pid->lock);
	lab_point(flush_locked);
	hlist_del_init_rcu(&inode->sibling_inodes);
	spin_unlock(&pid->lock);
}

static void lab_drop_dentry(struct lab_inode *inode)
{
	struct lab_dentry *dentry = lab_d_find_any_alias(inode);

	if (dentry) {
		lab_d_invalidate(dentry);
		lab_dput(dentry);
	}
	lab_iput(inode);
}

static void lab_proc_flush_pid(struct lab_pid *pid)
{
	struct lab_super_block *sb;
	struct lab_inode *inode;

	rcu_read_lock();
	while ((inode = lab_first_inode(pid))) {
		lab_take_off(pid, inode);
		sb = inode->i_sb;
		if (!lab_try_active(sb))
			continue;
		lab_point(flush_pinned);
		inode = lab_igrab(inode);
		rcu_read_unlock();
		if (inode)
			lab_drop_dentry(inode);
		lab_deactivate_super(sb);
		lab_point(flush_next);
		rcu_read_lock();
	}
	rcu_read_unlock();
	lab_point(flush_end);
}

static void lab_release_task(struct lab_task *p)
{
	struct lab_pid *pid;

	write_lock_irq(&lab_tasklist_lock);
	pid = lab_task_pid(p);
	lab_exit_signal(p, NULL);
	write_unlock_irq(&lab_tasklist_lock);
	lab_point(release_unhashed);

	lab_proc_flush_pid(pid);
	lab_put_task_rcu_user(p);
}
