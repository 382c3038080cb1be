// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I3: a number that is used again, and nobody has flushed.
 *
 *	releases, and forks again		look at /proc/1
 *	1. unhashes process 1
 *						2. finds its dentry: dead
 *	3. forks another process 1
 *						4. finds the new one
 *
 * Whatever lies in the cache, nobody is given what was made for a task that
 * was dead before the look-up began. What is left goes to the shrinker.
 */
#include "scenario.h"

static unsigned int dead;	/* the last birth that is */

static void look_for_the_living(void)
{
	unsigned int before = READ_ONCE(dead);
	struct lab_dentry *dir = lab_proc_pid_lookup(proc, NR);

	if (!dir)
		return;
	lab_expect(dir->d_inode->pid->birth > before,
		   "nobody is given what a dead task left behind");
	lab_dput(dir);
}

static void release_and_fork_again(void)
{
	unsigned int birth = lab_task_pid(task)->birth;

	release();
	WRITE_ONCE(dead, birth);
	task = lab_fork(ns, NR, NULL, NULL);
}

static void end_second_process(void)
{
	release();
	lab_shrink_dcache_sb(proc);
	nothing_left_behind();
}

const struct lab_scenario lab_scenario = {
	.name = "reused",
	.what = "a number that is used again, against two look-ups",
	.setup = start_seen_process,
	.finish = end_second_process,
	.actors = {
		{ "releases", release_and_fork_again },
		{ "looks 1", look_for_the_living },
		{ "looks 2", look_for_the_living },
	},
};
