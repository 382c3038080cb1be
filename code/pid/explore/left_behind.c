// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is left when a release and two look-ups, whenever they began, are
 * over. In the old order, a dentry that was made between the flush and the
 * unhashing stays in the cache until the shrinker takes it: its last user
 * put it while the task was still there.
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "left_behind",
	.what = "what a release and two look-ups leave in the cache",
	.setup = start_seen_process,
	.finish = nothing_left_behind,
	.actors = {
		{ "releases", release },
		{ "looks 1", look },
		{ "looks 2", look },
	},
};
