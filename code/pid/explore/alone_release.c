// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process is released when nobody else is about: it can't be found, nothing
 * of it is left, and its number is free for another.
 *
 *	releases
 *	1. releases process 1
 *	2. looks it up: nothing
 *	(another process gets the number 1)
 *	3. looks it up: the other one
 *	4. releases that
 */
#include "scenario.h"

static void release_alone(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);
	struct lab_dentry *dir;

	scheme->release_task(task);
	lab_must(!lab_nr_dentries(proc),
		 "nothing of a released process is left in the cache");
	lab_must(!lab_get_pid_task(pid), "the pid has no task any more");
	lab_must(!lab_proc_pid_lookup(proc, NR),
		 "nobody finds a released process");
	rcu_barrier();
	lab_must(refcount_read(&pid->count) == 1,
		 "the release leaves no reference on the pid behind");
	lab_put_pid(pid);

	task = lab_fork(ns, NR, NULL, NULL);
	dir = lab_proc_pid_lookup(proc, NR);
	lab_must(dir && dir->d_inode->pid == lab_task_pid(task),
		 "the number is free for another process");
	if (dir)
		lab_dput(dir);
	scheme->release_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "alone_release",
	.what = "a process is released, alone: does it work at all",
	.setup = start_seen_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "releases", release_alone },
	},
};
