// SPDX-License-Identifier: GPL-2.0-only
/*
 * As switch.c, with four remote readers: how far "every interleaving" carries.
 *
 *	readers 1 to 4			self
 *	1. find the nsproxy
 *					2. reads, switches, reads
 *	3. take references
 *					4. switches, reads
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
	.name = "four_readers",
	.what = "four remote readers; the owner reads and switches twice",
	.setup = start_task_and_spares,
	.finish = end_task,
	.actors = {
		{ "reader 1", read_and_put },
		{ "reader 2", read_and_put },
		{ "reader 3", read_and_put },
		{ "reader 4", read_and_put },
		{ "self", self },
	},
};
