// SPDX-License-Identifier: GPL-2.0-only
/*
 * Look-ups in /proc, and the two functions that keep a dead task's dentries
 * from being used, whether or not anybody flushes them (claim I3).
 */
#include "scheme.h"

/**
 * lab_pid_revalidate() - may this dentry, found in the cache, be used?
 * @dentry: the caller uses it
 *
 * Mirrors pid_revalidate(). The number may belong to another process by now:
 * not the name decides but the struct pid that the inode was made for.
 *
 * Context: Any.
 * Return: whether the task is still there.
 */
bool lab_pid_revalidate(struct lab_dentry *dentry)
{
	struct lab_task *task = lab_get_pid_task(dentry->d_inode->pid);

	if (!task)
		return false;
	lab_put_task(task);
	return true;
}

/**
 * lab_pid_delete_dentry() - when its last user is gone, shall it go too?
 * @dentry: nobody uses it just now
 *
 * Mirrors pid_delete_dentry(), the d_delete of /proc.
 *
 * Context: Holds the dcache lock.
 * Return: true once the task is dead.
 */
bool lab_pid_delete_dentry(const struct lab_dentry *dentry)
{
	return hlist_empty(&dentry->d_inode->pid->tasks[LAB_PIDTYPE_PID]);
}

/* From the cache, if it may still be used. */
static struct lab_dentry *lab_lookup_fast(struct lab_dentry *parent,
					  unsigned int name)
{
	struct lab_dentry *dentry;

	while ((dentry = lab_d_lookup(parent, name))) {
		lab_point(lookup_cached);
		if (lab_pid_revalidate(dentry))
			break;
		lab_d_invalidate(dentry);
		lab_dput(dentry);
	}
	return dentry;
}

/* Takes over the reference on @task. */
static struct lab_dentry *lab_instantiate(struct lab_dentry *parent,
					  unsigned int name,
					  struct lab_task *task, bool dir)
{
	struct lab_super_block *sb = parent->d_inode->i_sb;
	struct lab_inode *inode;

	if (!task)
		return NULL;
	inode = sb->ns->scheme->pid_make_inode(sb, task, dir);
	lab_put_task(task);
	lab_point(lookup_inode);
	return inode ? lab_d_add(parent, name, inode) : NULL;
}

/**
 * lab_proc_pid_lookup() - look /proc/NR up
 * @sb: in which instance; the caller keeps it mounted
 * @nr: the number of a process or of a thread
 *
 * Mirrors a look-up by name as the VFS does it, down to proc_pid_lookup().
 *
 * Context: Process context, may sleep. Takes the instance's look-up mutex.
 * Return: the dentry, to be put by lab_dput(), or NULL when there is no such
 * process.
 */
struct lab_dentry *lab_proc_pid_lookup(struct lab_super_block *sb,
				       unsigned int nr)
{
	struct lab_dentry *dentry;

	mutex_lock(&sb->s_lookup);
	dentry = lab_lookup_fast(sb->s_root, nr);
	if (!dentry)
		dentry = lab_instantiate(sb->s_root, nr,
					 lab_find_get_task(sb->ns, nr), true);
	mutex_unlock(&sb->s_lookup);
	return dentry;
}

/**
 * lab_proc_pident_lookup() - look up what is below /proc/NR
 * @dir: the caller uses it
 * @name: in @dir
 * @subdir: it is a directory (as "fd" is), not a file (as "stat" is)
 *
 * Mirrors proc_pident_lookup().
 *
 * Context: Process context, may sleep. Takes the instance's look-up mutex.
 * Return: the dentry, to be put by lab_dput(), or NULL when the process is
 * gone.
 */
struct lab_dentry *lab_proc_pident_lookup(struct lab_dentry *dir,
					  unsigned int name, bool subdir)
{
	struct lab_inode *inode = dir->d_inode;
	struct lab_super_block *sb = inode->i_sb;
	struct lab_dentry *dentry;

	mutex_lock(&sb->s_lookup);
	dentry = lab_lookup_fast(dir, name);
	if (!dentry)
		dentry = lab_instantiate(dir, name,
					 lab_get_pid_task(inode->pid), subdir);
	mutex_unlock(&sb->s_lookup);
	return dentry;
}
