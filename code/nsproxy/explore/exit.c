// SPDX-License-Identifier: GPL-2.0-only
/*
 * A NULL nsproxy means that the task is almost dead (claim R5).
 *
 *	reader				self
 *					1. exits: its nsproxy is NULL
 *	2. finds NULL
 *	3. must not look through it
 */
#include "scenario.h"

static void self(void)
{
	scheme->exit_task_namespaces(task);
}

const struct lab_scenario lab_scenario = {
	.name = "exit",
	.what = "one remote reader; the owner exits",
	.setup = start_task,
	.finish = end_task,
	.actors = {
		{ "reader", read_and_put },
		{ "self", self },
	},
};
