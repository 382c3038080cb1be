// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I3: the last user of a dead task's dentry drops it.
 *
 *	releases it			uses its directory
 *					1. looks it up
 *	2. unhashes the task
 *					3. puts it: nobody will want it
 */
#include "scenario.h"

static unsigned int released;

static void release_and_say_so(void)
{
	release();
	WRITE_ONCE(released, 1);
}

static void use(void)
{
	struct lab_dentry *dir = lab_proc_pid_lookup(proc, NR);
	unsigned int dead;

	if (!dir)
		return;
	dead = READ_ONCE(released);
	lab_dput(dir);
	lab_expect(!dead || !lab_nr_dentries(proc),
		   "a dead task's dentry goes with its last user");
}

const struct lab_scenario lab_scenario = {
	.name = "last_put",
	.what = "a release against somebody who uses the directory",
	.setup = start_process,
	.finish = end_proc,
	.actors = {
		{ "releases", release_and_say_so },
		{ "uses", use },
	},
};
