/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc: its instances, the dentry cache of each, and look-ups.
 *
 * A small dentry cache with one lock for each instance, as the kernel's had
 * one for all until 2.6.38. A dentry that nobody uses stays, for the next who
 * asks for that name, until it is invalidated or the shrinker takes it.
 */
#ifndef LAB_PROC_H
#define LAB_PROC_H

#include "pid.h"

#define LAB_DHASH_BITS	6

/**
 * struct lab_inode - a file or a directory of /proc
 * @i_count: one from its dentry, one from each who holds it
 * @i_dir: a directory
 * @i_sb: its instance
 * @pid: for whom it was made, with a reference
 * @i_dentry: the one name that it has, or NULL; under @i_sb's dcache lock
 * @sibling_inodes: on the list of its pid, in the schemes that have one
 * @rcu: the flush walks that list under RCU
 */
struct lab_inode {
	refcount_t i_count;
	bool i_dir;
	struct lab_super_block *i_sb;
	struct lab_pid *pid;
	struct lab_dentry *i_dentry;
	struct hlist_node sibling_inodes;
	struct rcu_head rcu;
};

/**
 * struct lab_dentry - a name in /proc that somebody has looked up
 * @d_name: the number of a process or of a thread, or of what is below
 * @d_count: who uses it just now; children don't count
 * @d_parent: NULL for the root
 * @d_inode: what it names
 * @d_hash: unhashed once no look-up may find it any more
 * @d_child: among its parent's @d_subdirs
 * @d_subdirs: its children; while it has one it stays
 */
struct lab_dentry {
	unsigned int d_name;
	unsigned int d_count;
	struct lab_dentry *d_parent;
	struct lab_inode *d_inode;
	struct hlist_node d_hash;
	struct list_head d_child;
	struct list_head d_subdirs;
};

/**
 * struct lab_super_block - one instance of /proc
 * @s_active: mounts, and those who must keep it from being unmounted
 * @s_inodes: how many inodes there are
 * @ns: whose processes it shows
 * @s_lookup: look-ups come one by one (the parent's i_rwsem)
 * @s_dcache_lock: guards all dentries of this instance
 * @s_nr_dentries: how many there are besides the root
 * @s_root: the root
 * @s_hash: dentries by parent and name
 * @rcu: the flush looks at @s_active under RCU
 */
struct lab_super_block {
	refcount_t s_active;
	atomic_t s_inodes;
	struct lab_pid_namespace *ns;
	struct mutex s_lookup; /* look-ups */
	spinlock_t s_dcache_lock; /* see above */
	unsigned int s_nr_dentries;
	struct lab_dentry *s_root;
	struct hlist_head s_hash[1 << LAB_DHASH_BITS];
	struct rcu_head rcu;
};

/* super.c: instances and inodes */
struct lab_super_block *lab_mount_proc(struct lab_pid_namespace *ns);
void lab_deactivate_super(struct lab_super_block *sb);
struct lab_inode *lab_new_inode(struct lab_super_block *sb, bool dir);
void lab_iput(struct lab_inode *inode);

/* dcache.c: the dentry cache */
struct lab_dentry *lab_d_lookup(struct lab_dentry *parent, unsigned int name);
struct lab_dentry *lab_d_add(struct lab_dentry *parent, unsigned int name,
			     struct lab_inode *inode);
struct lab_dentry *lab_d_find_any_alias(struct lab_inode *inode);
void lab_dput(struct lab_dentry *dentry);
void lab_d_invalidate(struct lab_dentry *dentry);
void lab_shrink_dcache_sb(struct lab_super_block *sb);
unsigned int lab_nr_dentries(struct lab_super_block *sb);

/* proc.c: look-ups */
struct lab_dentry *lab_proc_pid_lookup(struct lab_super_block *sb,
				       unsigned int nr);
struct lab_dentry *lab_proc_pident_lookup(struct lab_dentry *dir,
					  unsigned int name, bool subdir);
bool lab_pid_revalidate(struct lab_dentry *dentry);
bool lab_pid_delete_dentry(const struct lab_dentry *dentry);

/**
 * lab_igrab() - one more reference on an inode, if it still has one
 * @inode: kept in memory by a read-side critical section, if by nothing else
 *
 * Context: Any.
 * Return: @inode, or NULL when it is on its way to be freed.
 */
static inline struct lab_inode *lab_igrab(struct lab_inode *inode)
{
	return refcount_inc_not_zero(&inode->i_count) ? inode : NULL;
}

/**
 * lab_try_active() - keep an instance of /proc from being unmounted
 * @sb: kept in memory by a read-side critical section, if by nothing else
 *
 * Context: Any.
 * Return: false when it is being unmounted already; else the caller owes a
 * lab_deactivate_super().
 */
static inline bool lab_try_active(struct lab_super_block *sb)
{
	return refcount_inc_not_zero(&sb->s_active);
}

#endif /* LAB_PROC_H */
