// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting the tag is a read and an exchange (claim P5).
 *
 *	reader				self
 *	1. reads the pointer: old
 *					2. switches, by the fast path: new
 *					3. frees old
 *	4. exchanges: old, tagged
 *	5. looks through old
 *
 * And new is lost.
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "stale_set",
	.what = "a reader sets its tag over a switch",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "reader", read_and_put },
		{ "self", switch_once },
	},
};
