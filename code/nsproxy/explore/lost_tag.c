// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tag of a reader that still waits for the lock is taken away by the slow
 * path, too: that installs its pointer without one. A second way to claim P7's
 * end, with one reader only.
 *
 *	reader				self
 *	1. sets the tag
 *					2. finds it, takes the lock
 *					3. installs new, without a tag
 *	4. takes the lock
 *	5. finds new
 *					6. switches again: fast path
 *					7. frees new
 *	8. looks through new
 */
#include "scenario.h"

static void self(void)
{
	scheme->switch_task_namespaces(task, spare[0]);
	scheme->switch_task_namespaces(task, spare[1]);
}

const struct lab_scenario lab_scenario = {
	.name = "lost_tag",
	.what = "the slow path takes away a waiting reader's tag",
	.setup = start_task_and_spares,
	.finish = end_task,
	.actors = {
		{ "reader", read_and_put },
		{ "self", self },
	},
};
