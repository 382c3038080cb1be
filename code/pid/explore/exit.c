// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process is released in the sight of two who look it up.
 *
 *	releases it		first look-up		second look-up
 *	1. unhashes it
 *				2. finds the dentry
 *	3. flushes: invalidates
 *							4. finds nothing
 *				5. puts: last user
 *
 * Whatever the order: no memory is misused, and when all are gone nothing is
 * left in the cache. (In the old order, something may be: see "recreated".)
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "exit",
	.what = "a release against two look-ups",
	.setup = start_seen_process,
	.finish = end_proc,
	.actors = {
		{ "releases", release },
		{ "looks 1", look },
		{ "looks 2", look },
	},
};
