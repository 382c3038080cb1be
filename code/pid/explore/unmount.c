// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I12: the flush against an unmount.
 *
 *	releases a process			unmounts
 *	1. takes the inode off the list
 *						2. drops the dentries
 *	3. takes a reference on the inode
 *						4. frees the instance
 *	5. puts the inode: of which instance?
 *
 * With the instance pinned before step 3, the unmount is the flush's own
 * last step, or is over before the flush looks.
 */
#include "scenario.h"

static struct lab_super_block *other;

static void start_two_instances(void)
{
	start_process();
	other = lab_mount_proc(ns);
	look_once(other, NR);
	refcount_inc(&task->usage);
}

static void unmount(void)
{
	lab_deactivate_super(other);
}

/* Whoever puts the pid last frees it: the flush, the unmount, or this one. */
static void open_pidfd(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);

	if (pid)
		lab_put_pid(pid);
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "unmount",
	.what = "a release against an unmount and a pidfd",
	.setup = start_two_instances,
	.finish = end_proc,
	.actors = {
		{ "releases", release },
		{ "unmounts", unmount },
		{ "opens a pidfd", open_pidfd },
	},
};
