// SPDX-License-Identifier: GPL-2.0-only
/*
 * A lock apart from its users: two switch one task's nsproxy at once.
 *
 *	one				the other
 *	1. takes the lock, finds old
 *					2. wants the lock
 *	3. replaces old, puts it
 *					4. finds what 3 left
 *					5. replaces and puts that
 *
 * Rule 1 forbids it: only the task itself switches. But where the switch finds
 * and replaces the pointer under one lock, that lock alone must make it right,
 * and no reader is needed to see whether it does (claim P11).
 */
#include "scenario.h"

static void one(void)
{
	scheme->switch_task_namespaces(task, spare[0]);
}

static void other(void)
{
	scheme->switch_task_namespaces(task, spare[1]);
}

const struct lab_scenario lab_scenario = {
	.name = "two_switches",
	.what = "two switch the same task's nsproxy at once",
	.setup = start_task_and_spares,
	.finish = end_task,
	.actors = {
		{ "one", one },
		{ "the other", other },
	},
};
