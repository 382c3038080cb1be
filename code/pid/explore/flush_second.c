// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dead pid is flushed while the second instance that the flush comes to is
 * unmounted (claim I12). For schemes that have a list.
 *
 *	flushes					unmounts
 *	1. drops the first inode's dentry
 *	2. takes the second inode off
 *						3. drops its dentry
 *	4. takes a reference on the inode
 *						5. frees the instance
 *	6. puts the inode: of which instance?
 *
 * In flush_dead.c it is the first one that the flush comes to.
 */
#include "scenario.h"

static struct lab_super_block *other;
static struct lab_pid *pid;

static void start_dead_process(void)
{
	start_process();
	other = lab_mount_proc(ns);
	look_once(other, NR);
	look_once(proc, NR);
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
	.name = "flush_second",
	.what = "a dead pid is flushed, and the second of its instances goes",
	.setup = start_dead_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "flushes", flush },
		{ "unmounts", unmount },
	},
};
