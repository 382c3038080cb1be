// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dentry cache of an instance of /proc.
 *
 * Dentries are put on a list while the lock is held and freed after it is
 * released: the end of an inode takes other locks.
 */
#include <linux/kernel.h>
#include <linux/list.h>

#include "scheme.h"

static struct hlist_head *lab_d_bucket(struct lab_dentry *parent,
				       unsigned int name)
{
	struct lab_super_block *sb = parent->d_inode->i_sb;
	unsigned long hash = (unsigned long)parent / 64 + name;

	return &sb->s_hash[hash % (1 << LAB_DHASH_BITS)];
}

static struct lab_dentry *lab_new_dentry(unsigned int name,
					 struct lab_inode *inode)
{
	struct lab_dentry *dentry = lab_alloc(sizeof(*dentry));

	if (!dentry)
		return NULL;
	dentry->d_name = name;
	dentry->d_count = 1;
	dentry->d_inode = inode;
	INIT_LIST_HEAD(&dentry->d_child);
	INIT_LIST_HEAD(&dentry->d_subdirs);
	return dentry;
}

/* Out of the tree; the caller frees it when it has released the lock. */
static void lab_dentry_kill(struct lab_dentry *dentry,
			    struct list_head *dispose)
{
	struct lab_super_block *sb = dentry->d_inode->i_sb;

	hlist_del_init_rcu(&dentry->d_hash);
	list_move(&dentry->d_child, dispose);
	dentry->d_inode->i_dentry = NULL;
	WRITE_ONCE(sb->s_nr_dentries, sb->s_nr_dentries - 1);
}

static void lab_dispose(struct list_head *dispose)
{
	struct lab_dentry *dentry, *next;
	struct lab_inode *inode;

	list_for_each_entry_safe(dentry, next, dispose, d_child) {
		inode = dentry->d_inode;
		lab_free(dentry);
		lab_iput(inode);
	}
}

/* Nobody uses it, and nobody will look for it: why keep it? */
static bool lab_useless(struct lab_dentry *dentry)
{
	return dentry->d_parent && !dentry->d_count &&
	       list_empty(&dentry->d_subdirs) &&
	       (hlist_unhashed(&dentry->d_hash) ||
		lab_pid_delete_dentry(dentry));
}

/* A child was what kept its parent: from a dentry up to the root. */
static void lab_kill_useless(struct lab_dentry *dentry,
			     struct list_head *dispose)
{
	struct lab_dentry *parent;

	for (; lab_useless(dentry); dentry = parent) {
		parent = dentry->d_parent;
		lab_dentry_kill(dentry, dispose);
	}
}

/* /proc is but three levels deep, and so is this. */
static void lab_shrink_children(struct lab_dentry *dentry,
				struct list_head *dispose)
{
	struct lab_dentry *child, *next;

	list_for_each_entry_safe(child, next, &dentry->d_subdirs, d_child) {
		lab_shrink_children(child, dispose);
		if (!child->d_count && list_empty(&child->d_subdirs))
			lab_dentry_kill(child, dispose);
	}
}

/**
 * lab_d_lookup() - find a name in the dentry cache
 * @parent: the caller uses it
 * @name: in @parent
 *
 * Mirrors d_lookup().
 *
 * Context: Process context. Takes the dcache lock.
 * Return: the dentry, to be put by lab_dput(), or NULL.
 */
struct lab_dentry *lab_d_lookup(struct lab_dentry *parent, unsigned int name)
{
	struct lab_super_block *sb = parent->d_inode->i_sb;
	struct lab_dentry *dentry, *found = NULL;

	spin_lock(&sb->s_dcache_lock);
	hlist_for_each_entry(dentry, lab_d_bucket(parent, name), d_hash) {
		if (dentry->d_parent == parent && dentry->d_name == name) {
			dentry->d_count++;
			found = dentry;
			break;
		}
	}
	spin_unlock(&sb->s_dcache_lock);
	return found;
}

/**
 * lab_d_add() - add a name to the dentry cache
 * @parent: the caller uses it
 * @name: not there, and the caller keeps others from adding it (s_lookup)
 * @inode: what it names; the caller's reference is taken over
 *
 * Mirrors d_add().
 *
 * Context: Process context, may sleep. Takes the dcache lock.
 * Return: the dentry, to be put by lab_dput(), or NULL when there is no
 * memory.
 */
struct lab_dentry *lab_d_add(struct lab_dentry *parent, unsigned int name,
			     struct lab_inode *inode)
{
	struct lab_super_block *sb = inode->i_sb;
	struct lab_dentry *dentry = lab_new_dentry(name, inode);

	if (!dentry) {
		lab_iput(inode);
		return NULL;
	}
	dentry->d_parent = parent;
	spin_lock(&sb->s_dcache_lock);
	inode->i_dentry = dentry;
	hlist_add_head_rcu(&dentry->d_hash, lab_d_bucket(parent, name));
	list_add(&dentry->d_child, &parent->d_subdirs);
	WRITE_ONCE(sb->s_nr_dentries, sb->s_nr_dentries + 1);
	spin_unlock(&sb->s_dcache_lock);
	return dentry;
}

/**
 * lab_d_find_any_alias() - the name of an inode
 * @inode: the caller holds a reference
 *
 * Mirrors d_find_any_alias().
 *
 * Context: Process context. Takes the dcache lock.
 * Return: the dentry, to be put by lab_dput(), or NULL when it has none any
 * more.
 */
struct lab_dentry *lab_d_find_any_alias(struct lab_inode *inode)
{
	struct lab_dentry *dentry;

	spin_lock(&inode->i_sb->s_dcache_lock);
	dentry = inode->i_dentry;
	if (dentry)
		dentry->d_count++;
	spin_unlock(&inode->i_sb->s_dcache_lock);
	return dentry;
}

/**
 * lab_dput() - use a dentry no longer
 * @dentry: not to be touched by the caller any more
 *
 * Mirrors dput(): the last user of a dead task's dentry drops it (claim I3).
 *
 * Context: Process context, may sleep. Takes the dcache lock.
 */
void lab_dput(struct lab_dentry *dentry)
{
	struct lab_super_block *sb = dentry->d_inode->i_sb;
	LIST_HEAD(dispose);

	might_sleep();
	spin_lock(&sb->s_dcache_lock);
	dentry->d_count--;
	lab_kill_useless(dentry, &dispose);
	spin_unlock(&sb->s_dcache_lock);
	lab_dispose(&dispose);
}

/**
 * lab_d_invalidate() - let nobody find a dentry, and drop what is below it
 * @dentry: the caller uses it
 *
 * Mirrors d_invalidate(). What somebody still uses stays until it is put.
 *
 * Context: Process context, may sleep. Takes the dcache lock.
 */
void lab_d_invalidate(struct lab_dentry *dentry)
{
	struct lab_super_block *sb = dentry->d_inode->i_sb;
	LIST_HEAD(dispose);

	might_sleep();
	spin_lock(&sb->s_dcache_lock);
	if (!hlist_unhashed(&dentry->d_hash)) {
		hlist_del_init_rcu(&dentry->d_hash);
		lab_shrink_children(dentry, &dispose);
	}
	spin_unlock(&sb->s_dcache_lock);
	lab_dispose(&dispose);
}

/**
 * lab_shrink_dcache_sb() - the shrinker: drop all that nobody uses
 * @sb: the caller keeps it mounted
 *
 * Context: Process context, may sleep. Takes the dcache lock.
 */
void lab_shrink_dcache_sb(struct lab_super_block *sb)
{
	LIST_HEAD(dispose);

	spin_lock(&sb->s_dcache_lock);
	lab_shrink_children(sb->s_root, &dispose);
	spin_unlock(&sb->s_dcache_lock);
	lab_dispose(&dispose);
}

/**
 * lab_nr_dentries() - how many names an instance holds, besides the root
 * @sb: the caller keeps it mounted
 *
 * Context: Any.
 * Return: their number.
 */
unsigned int lab_nr_dentries(struct lab_super_block *sb)
{
	return READ_ONCE(sb->s_nr_dentries);
}
