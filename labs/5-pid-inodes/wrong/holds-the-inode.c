// SPDX-License-Identifier: GPL-2.0-only
/*
 * "With a reference on the inode in hand, the inode can't go. And an instance
 * of /proc does not go before its inodes have gone."
 */
static void lab_proc_flush_pid(struct lab_pid *pid)
{
	struct lab_dentry *dentry;
	struct hlist_node *node;
	struct lab_inode *inode;

	rcu_read_lock();
	while ((node = rcu_dereference(hlist_first_rcu(&pid->inodes)))) {
		inode = hlist_entry(node, struct lab_inode, sibling_inodes);
		spin_lock(&pid->lock);
		lab_point(flush_locked);
		hlist_del_init_rcu(&inode->sibling_inodes);
		spin_unlock(&pid->lock);

		inode = lab_igrab(inode);
		if (!inode)
			continue;
		rcu_read_unlock();
		lab_point(flush_grabbed);
		dentry = lab_d_find_any_alias(inode);
		if (dentry) {
			lab_d_invalidate(dentry);
			lab_dput(dentry);
		}
		lab_iput(inode);
		lab_point(flush_next);
		rcu_read_lock();
	}
	rcu_read_unlock();
	lab_point(flush_end);
	lab_put_pid(pid);
}
