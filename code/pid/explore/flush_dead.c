// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dead pid is flushed while one instance is unmounted and another shrunk
 * (claim I12): unmount.c for the flush by itself.
 *
 *	flushes			unmounts		shrinks
 *	1. takes an inode
 *	   off the list
 *				2. drops its dentry
 *	3. takes a reference
 *	   on the inode
 *				4. frees the instance
 *							5. drops the dentry of
 *							   the other inode
 *	6. comes to that one
 *
 * For schemes that have a list.
 */
#include "scenario.h"

static struct lab_super_block *other;
static struct lab_pid *pid;

static void start_dead_process(void)
{
	start_seen_process();
	other = lab_mount_proc(ns);
	look_once(other, NR);
	pid = lab_get_task_pid(task);
	unhash();
}

static void flush(void)
{
	scheme->flush_pid(pid);
}

static void unmount(void)
{
	lab_deactivate_super(other);
}

static void shrink(void)
{
	lab_shrink_dcache_sb(proc);
}

const struct lab_scenario lab_scenario = {
	.name = "flush_dead",
	.what = "a dead pid is flushed, against an unmount and the shrinker",
	.setup = start_dead_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "flushes", flush },
		{ "unmounts", unmount },
		{ "shrinks", shrink },
	},
};
