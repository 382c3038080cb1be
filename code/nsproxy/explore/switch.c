// SPDX-License-Identifier: GPL-2.0-only
/*
 * A switch in the sight of two remote readers.
 *
 *	reader 1		reader 2		self
 *	1. reads the pointer
 *				2. reads the pointer
 *							3. reads, lock-free
 *							4. switches
 *							5. puts the old one
 *	6. takes a reference
 *				7. takes a reference
 *							8. reads, switches
 *
 * Whatever the order, each reader has a namespace that lives, and the owner
 * sees its own.
 */
#include "scenario.h"

static void self(void)
{
	lab_expect(scheme->current_uts_inum(task), "the owner sees a namespace");
	switch_to_new();
	lab_expect(scheme->current_uts_inum(task), "the owner sees a namespace");
	switch_to_new();
	lab_expect(scheme->current_uts_inum(task), "the owner sees a namespace");
}

const struct lab_scenario lab_scenario = {
	.name = "switch",
	.what = "two remote readers; the owner reads and switches twice",
	.setup = start_task,
	.finish = end_task,
	.actors = {
		{ "reader 1", read_and_put },
		{ "reader 2", read_and_put },
		{ "self", self },
	},
};
