// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dead pid is flushed while one of its two instances is shrunk and unmounted:
 * whom the flush comes too late for is no reason to leave the rest.
 *
 *	flushes				unmounts
 *					1. drops the other instance's dentry
 *	2. takes that inode off the
 *	   list: it has no reference
 *	   left, or no instance
 *					3. takes it off the list: it is off
 *	4. goes on to the next inode
 *
 * For schemes that have a list. flush_shrunk.c has the shrinker take the rest.
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

static void shrink_and_unmount(void)
{
	lab_shrink_dcache_sb(other);
	lab_deactivate_super(other);
}

const struct lab_scenario lab_scenario = {
	.name = "flush_rest",
	.what = "a dead pid is flushed, and one of its instances goes",
	.setup = start_dead_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "flushes", flush },
		{ "unmounts", shrink_and_unmount },
	},
};
