// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I7: a look-up that begins after the flush adds a dentry behind it.
 *
 *	releases it, old order		looks it up
 *	1. flushes: the dentry goes
 *					2. sees that it is gone
 *					3. begins: the task is still there
 *					4. adds a dentry, puts it
 *	5. unhashes the task
 *
 * That the flush is over is seen by what it did: the dentry that was there
 * before is gone, and nobody else takes it away.
 */
#include "scenario.h"

static void look_after_the_flush(void)
{
	struct lab_dentry *dir;

	if (lab_nr_dentries(proc))
		return;
	dir = lab_proc_pid_lookup(proc, NR);
	lab_expect(!dir, "a look-up begun after the flush finds nothing");
	if (dir)
		lab_dput(dir);
}

const struct lab_scenario lab_scenario = {
	.name = "recreated",
	.what = "look-ups that begin after the flush",
	.setup = start_seen_process,
	.finish = end_proc,
	.actors = {
		{ "releases", release },
		{ "looks 1", look_after_the_flush },
		{ "looks 2", look_after_the_flush },
	},
};
