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
 * 3 must not happen between 1 and 4, or not be possible before 4.
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
