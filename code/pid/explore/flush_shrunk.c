// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dead pid is flushed while the shrinker drops the dentry of the second inode
 * that the flush comes to (claim I12). For schemes that have a list.
 *
 *	flushes					shrinks
 *	1. drops the first inode's dentry
 *						2. drops the second one's, and with
 *						   it the inode's last reference
 *	3. finds the second inode on the list:
 *	   may it still be used?
 *						4. frees it after a grace period
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

static void shrink(void)
{
	lab_shrink_dcache_sb(proc);
}

static void unmount_both(void)
{
	lab_deactivate_super(other);
	nothing_left_behind();
}

const struct lab_scenario lab_scenario = {
	.name = "flush_shrunk",
	.what = "a dead pid is flushed, against the shrinker",
	.setup = start_dead_process,
	.finish = unmount_both,
	.actors = {
		{ "flushes", flush },
		{ "shrinks", shrink },
	},
};
