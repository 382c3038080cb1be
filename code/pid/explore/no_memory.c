// SPDX-License-Identifier: GPL-2.0-only
/*
 * A directory and a file are looked up while memory is short.
 *
 *	looks
 *	1. asks for an inode: no memory
 *	2. asks for another: there is some
 *	(the process is unhashed)
 *	3. nobody holds the pid but the caller
 */
#include "scenario.h"

static void look_below(void)
{
	struct lab_dentry *dir = lab_proc_pid_lookup(proc, NR), *file;

	if (!dir)
		return;
	file = lab_proc_pident_lookup(dir, 1, false);
	if (file)
		lab_dput(file);
	lab_dput(dir);
}

static void look_short(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);

	look_below();
	lab_must(refcount_read(&pid->count) ==
		 2 + (unsigned int)atomic_read(&proc->s_inodes) - 1,
		 "each inode that there is has one reference on the pid");
	unhash();
	lab_shrink_dcache_sb(proc);
	rcu_barrier();
	lab_must(refcount_read(&pid->count) == 1,
		 "in the end nobody keeps the pid");
	lab_put_pid(pid);
}

const struct lab_scenario lab_scenario = {
	.name = "no_memory",
	.what = "a directory and a file are looked up, and memory is short",
	.setup = start_process,
	.finish = end_proc,
	.alloc_failures = 2,
	.actors = {
		{ "looks", look_short },
	},
};
