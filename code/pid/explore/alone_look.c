// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories of /proc are looked up when nobody else is about: they go on the
 * list of their pid, and off it when they go. For schemes that have a list.
 *
 *	looks
 *	1. looks up two directories and a file: two are on the list, and all
 *	   three keep the pid
 *	2. looks one up in another instance: three are on the list
 *	(the shrinker drops the first two)
 *	3. one is on the list
 *	(the process is unhashed)
 *	4. no inode is made for it any more
 */
#include "scenario.h"

static struct lab_super_block *other;

static void start_two_instances(void)
{
	start_process();
	other = lab_mount_proc(ns);
}

static void look_alone(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);
	struct lab_dentry *dir, *below, *file;

	lab_must(!scheme->nr_inodes(pid),
		 "nothing is on the list of a new pid");
	dir = lab_proc_pid_lookup(proc, NR);
	lab_must(dir, "a process that is looked up has a directory");
	below = lab_proc_pident_lookup(dir, 1, true);
	file = lab_proc_pident_lookup(dir, 2, false);
	lab_must(below && file &&
		 dir->d_inode->pid == pid && file->d_inode->pid == pid,
		 "what is looked up of a process has an inode with its pid");
	lab_must(scheme->nr_inodes(pid) == 2,
		 "directories are on the list, and nothing else is");
	lab_must(refcount_read(&pid->count) == 2 + 3,
		 "each inode has one reference on the pid");
	look_once(other, NR);
	lab_must(scheme->nr_inodes(pid) == 3,
		 "directories of all instances are on the list");
	lab_dput(file);
	lab_dput(below);
	lab_dput(dir);

	lab_shrink_dcache_sb(proc);
	lab_must(scheme->nr_inodes(pid) == 1,
		 "an inode that goes leaves the list");
	lab_must(refcount_read(&pid->count) == 2 + 1,
		 "an inode that goes drops its reference on the pid");
	lab_put_pid(pid);
}

static void look_at_dead(void)
{
	refcount_inc(&task->usage);
	unhash();
	lab_must(!scheme->pid_make_inode(proc, task, true),
		 "no inode is made for who has been unhashed");
	lab_must(atomic_read(&proc->s_inodes) == 1,
		 "of who has been unhashed no inode is left over");
	lab_put_task(task);
}

static void looker(void)
{
	look_alone();
	look_at_dead();
}

static void end_two_instances(void)
{
	lab_deactivate_super(other);
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "alone_look",
	.what = "directories are looked up, alone: does the list work",
	.setup = start_two_instances,
	.finish = end_two_instances,
	.actors = {
		{ "looks", looker },
	},
};
