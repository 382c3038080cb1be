// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a release and a look-up leave of a process that nobody has looked up
 * before.
 *
 *	releases			looks
 *	1. sees an empty list
 *					2. adds a dentry, and puts it: the
 *					   task is still there, it stays
 *	3. unhashes the task
 *	4. flushes: 2 must go
 *
 * What 1 saw is no reason to leave 4 out.
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "unseen",
	.what = "what a release and a first look-up leave in the cache",
	.setup = start_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "releases", release },
		{ "looks", look },
	},
};
