// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole of unshare(), twice, in the sight of two remote readers.
 *
 *	reader 1		reader 2		self
 *							1. makes namespaces
 *	2. finds the nsproxy
 *							3. switches
 *				4. finds the new one
 *							5. makes more
 *	6. takes a reference
 *							7. switches
 *				8. takes a reference
 */
#include "scenario.h"

static void self(void)
{
	own_read();
	scheme->switch_task_namespaces(task, lab_create_nsproxy());
	own_read();
	scheme->switch_task_namespaces(task, lab_create_nsproxy());
	own_read();
}

const struct lab_scenario lab_scenario = {
	.name = "unshare",
	.what = "as switch, but the owner makes its namespaces meanwhile",
	.setup = start_task,
	.finish = end_task,
	.actors = {
		{ "reader 1", read_and_put },
		{ "reader 2", read_and_put },
		{ "self", self },
	},
};
