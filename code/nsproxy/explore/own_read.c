// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the RFC was NACKed (claim P4).
 *
 *	reader				self
 *	1. sets the tag in self's pointer
 *					2. finds its pointer, with the tag
 *					3. looks one byte too high
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "own_read",
	.what = "the owner reads while a remote reader is about",
	.setup = start_task,
	.finish = end_task,
	.actors = {
		{ "reader", peek },
		{ "self", own_read },
	},
};
