// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories of one process go on its list, and off it, at the same time.
 *
 *	looks 1			looks 2			shrinks
 *	1. adds an inode,
 *	   in one instance
 *				2. adds an inode,
 *				   in the other
 *							3. takes one off,
 *							   of the first
 *
 * The two instances have no lock in common. For schemes that have a list.
 */
#include "scenario.h"

static struct lab_super_block *other;

static void start_two_instances(void)
{
	start_seen_process();
	other = lab_mount_proc(ns);
}

static void look_there(void)
{
	look_once(other, NR);
}

static void shrink(void)
{
	lab_shrink_dcache_sb(proc);
}

static void end_two_instances(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);
	unsigned int dirs = lab_nr_dentries(proc) + lab_nr_dentries(other);

	lab_must(scheme->nr_inodes(pid) == dirs,
		 "the directories that there are, are on the list");
	lab_put_pid(pid);
	unhash();
	lab_deactivate_super(other);
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "on_and_off",
	.what = "directories are looked up in two instances, and shrunk in one",
	.setup = start_two_instances,
	.finish = end_two_instances,
	.actors = {
		{ "looks 1", look },
		{ "looks 2", look_there },
		{ "shrinks", shrink },
	},
};
