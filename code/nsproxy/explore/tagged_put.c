// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slow path takes the old pointer as it is (claim P8).
 *
 *	reader				self
 *	1. sets the tag
 *					2. finds it, takes the lock
 *					3. old = the pointer, tagged
 *					4. installs new
 *					5. puts old: one byte too high
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "tagged_put",
	.what = "the slow path puts the old pointer with its tag on",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "reader", peek },
		{ "self", switch_once },
	},
};
