// SPDX-License-Identifier: GPL-2.0-only
/*
 * Publication (claim R9): what the pointer leads to must be seen no later than
 * the pointer itself.
 *
 *	self				reader
 *	1. initialises new
 *	2. publishes new
 *					3. finds new
 *					4. looks at what 1 wrote
 *
 * Without a release at 2 its store may be seen before those of 1: run it with
 * MODE=weak. setns() is what self does here: nothing in between orders stores.
 */
#include "scenario.h"

static void self(void)
{
	struct lab_nsproxy *new = lab_share_nsproxy(spare[0]);

	scheme->switch_task_namespaces(task, new);
}

static void end(void)
{
	end_task();
	lab_free_nsproxy(spare[0]);
}

const struct lab_scenario lab_scenario = {
	.name = "publish",
	.what = "the owner switches to what it has just initialised",
	.setup = start_task_and_spare,
	.finish = end,
	.actors = {
		{ "reader", peek },
		{ "self", self },
	},
};
