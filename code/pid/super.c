// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances of /proc and their inodes, from mount to unmount.
 */
#include <linux/kernel.h>
#include <linux/list.h>

#include "scheme.h"

/**
 * lab_new_inode() - make an inode
 * @sb: in which instance; the caller keeps it mounted
 * @dir: whether it is a directory
 *
 * Context: Process context, may sleep.
 * Return: the inode, with one reference that is the caller's, or NULL when
 * there is no memory.
 */
struct lab_inode *lab_new_inode(struct lab_super_block *sb, bool dir)
{
	struct lab_inode *inode = lab_alloc(sizeof(*inode));

	if (!inode)
		return NULL;
	refcount_set(&inode->i_count, 1);
	inode->i_dir = dir;
	inode->i_sb = sb;
	atomic_inc(&sb->s_inodes);
	return inode;
}

static void lab_free_inode(struct rcu_head *rcu)
{
	lab_free(container_of(rcu, struct lab_inode, rcu));
}

/**
 * lab_iput() - drop a reference on an inode
 * @inode: not to be touched by the caller any more
 *
 * Mirrors iput(): an inode of /proc whose last reference goes is evicted at
 * once, and freed after a grace period.
 *
 * Context: Process context, may sleep.
 */
void lab_iput(struct lab_inode *inode)
{
	struct lab_super_block *sb = inode->i_sb;

	might_sleep();
	if (!refcount_dec_and_test(&inode->i_count))
		return;
	if (inode->pid)
		sb->ns->scheme->pid_evict_inode(inode);
	atomic_dec(&sb->s_inodes);
	call_rcu(&inode->rcu, lab_free_inode);
}

static void lab_free_super(struct rcu_head *rcu)
{
	lab_free(container_of(rcu, struct lab_super_block, rcu));
}

/**
 * lab_mount_proc() - mount one more instance of /proc
 * @ns: whose processes it shows
 *
 * Context: Process context, may sleep.
 * Return: the instance, which lab_deactivate_super() unmounts, or NULL when
 * there is no memory.
 */
struct lab_super_block *lab_mount_proc(struct lab_pid_namespace *ns)
{
	struct lab_super_block *sb = lab_alloc(sizeof(*sb));
	struct lab_inode *inode;

	if (!sb)
		return NULL;
	refcount_set(&sb->s_active, 1);
	sb->ns = ns;
	mutex_init(&sb->s_lookup);
	spin_lock_init(&sb->s_dcache_lock);
	inode = lab_new_inode(sb, true);
	sb->s_root = lab_alloc(sizeof(*sb->s_root));
	if (!inode || !sb->s_root) {
		lab_free(sb->s_root);
		lab_free(inode);
		lab_free(sb);
		return NULL;
	}
	sb->s_root->d_inode = inode;
	INIT_LIST_HEAD(&sb->s_root->d_subdirs);
	return sb;
}

/**
 * lab_deactivate_super() - drop what keeps an instance from being unmounted
 * @sb: not to be touched by the caller any more
 *
 * Mirrors deactivate_super(). Whoever drops the last reference unmounts. An
 * inode that somebody still holds then is in for a surprise: the kernel says
 * "Busy inodes after unmount", and so does this.
 *
 * Context: Process context, may sleep.
 */
void lab_deactivate_super(struct lab_super_block *sb)
{
	might_sleep();
	if (!refcount_dec_and_test(&sb->s_active))
		return;
	lab_shrink_dcache_sb(sb);
	lab_iput(sb->s_root->d_inode);
	lab_free(sb->s_root);
	if (atomic_read(&sb->s_inodes))
		lab_violated(LAB_BUSY_INODES, sb);
	call_rcu(&sb->rcu, lab_free_super);
}
