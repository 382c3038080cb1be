// SPDX-License-Identifier: GPL-2.0-only
/*
 * The race that the pointer has to be guarded for (claims R3, R6, R10).
 *
 *	reader				self
 *	1. finds the old nsproxy
 *					2. puts the new one in its place
 *					3. frees the old one
 *	4. looks through it
 *
 * A lock keeps 2 from coming between 1 and 4. RCU lets 2 come, and holds 3 back
 * until the reader is done.
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "one_reader",
	.what = "one remote reader; the owner switches",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "reader", read_and_put },
		{ "self", switch_once },
	},
};
