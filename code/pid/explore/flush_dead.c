// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dead pid is flushed while the first of its two instances is unmounted (claim
 * I12): unmount.c for the flush by itself.
 *
 *	flushes					unmounts
 *	1. takes an inode off the list
 *						2. drops its dentry
 *	3. takes a reference on the inode
 *						4. frees the instance
 *	5. puts the inode: of which instance?
 *
 * For schemes that have a list. flush_second.c has the second instance go,
 * flush_shrunk.c the second inode, by the shrinker.
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

const struct lab_scenario lab_scenario = {
	.name = "flush_dead",
	.what = "a dead pid is flushed, and the first of its instances goes",
	.setup = start_dead_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "flushes", flush },
		{ "unmounts", unmount },
	},
};
