// SPDX-License-Identifier: GPL-2.0-only
/*
 * The residue of claim I7: a look-up that took its pid before the unhashing
 * adds a dentry after the flush.
 *
 *	releases it, new order		looks it up
 *					1. finds the task, takes its pid
 *	2. unhashes the task
 *	3. flushes: nothing on the list
 *					4. puts the inode on the list
 *					5. adds a dentry, and uses it
 *	6. is done
 *					7. puts it: the task is dead, it goes
 *
 * Said as an expectation that does not hold, so that the explorer shows the
 * schedule. The scenario "left_behind" says what becomes of it.
 */
#include "scenario.h"

static unsigned int released;

static void release_and_say_so(void)
{
	release();
	WRITE_ONCE(released, 1);
}

static void look_over_the_flush(void)
{
	struct lab_dentry *dir = lab_proc_pid_lookup(proc, NR);

	if (!dir)
		return;
	lab_expect(!READ_ONCE(released) || hlist_unhashed(&dir->d_hash),
		   "after the flush, no dentry of the process can be found");
	lab_dput(dir);
}

const struct lab_scenario lab_scenario = {
	.name = "residue",
	.what = "a look-up that took its pid before the unhashing",
	.setup = start_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "releases", release_and_say_so },
		{ "looks", look_over_the_flush },
	},
};
