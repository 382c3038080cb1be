// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pid is flushed while a look-up is under way that found its task alive. For
 * schemes that have a list.
 *
 *	flushes				looks
 *					1. finds the task, takes its pid
 *	2. (the task is unhashed)
 *					3. puts an inode on the list
 *	4. takes it off, takes a
 *	   reference on it
 *	5. looks for its dentry
 *					6. adds the dentry
 *	7. puts the inode
 *					8. puts the dentry: the last user
 *
 * 5 and 6 are at the same inode. Whatever the order, in the end nothing is left.
 */
#include "scenario.h"

static void unhash_and_flush(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);

	unhash();
	scheme->flush_pid(pid);
}

const struct lab_scenario lab_scenario = {
	.name = "flush_looked",
	.what = "a pid is flushed, and somebody is still looking it up",
	.setup = start_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "flushes", unhash_and_flush },
		{ "looks", look },
	},
};
