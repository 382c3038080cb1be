// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two switches in the sight of two remote readers (claims T5, P11).
 *
 *	reader 1		reader 2		self
 *	1. finds the nsproxy
 *				2. finds the nsproxy
 *							3. reads, lock-free
 *							4. switches
 *							5. puts the old one
 *	6. takes a reference
 *				7. takes a reference
 *							8. reads, switches
 *							   again, reads
 *
 * Whatever the order, a reader's namespace lives as long as its reference,
 * and the owner, who takes nothing, sees its own.
 */
#include "scenario.h"

static void self(void)
{
	own_read();
	scheme->switch_task_namespaces(task, spare[0]);
	own_read();
	scheme->switch_task_namespaces(task, spare[1]);
	own_read();
}

const struct lab_scenario lab_scenario = {
	.name = "switch",
	.what = "two remote readers; the owner reads and switches twice",
	.setup = start_task_and_spares,
	.finish = end_task,
	.actors = {
		{ "reader 1", read_and_put },
		{ "reader 2", read_and_put },
		{ "self", self },
	},
};
