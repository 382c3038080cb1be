// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_current_uts_inum() by itself: the remote reader is the scenario's own,
 * and careful.
 *
 *	a careful reader		self
 *	1. is at the pointer, by
 *	   the scheme's rule
 *					2. reads its own number
 *					3. switches, with care
 *					4. reads the new one
 *
 * Before that, alone: what is returned, and that nothing is held.
 */
#include "careful.h"

static void start(void)
{
	careful_start();
	lab_must(scheme->current_uts_inum(task) ==
		 careful_pointer()->uts_ns->ns.inum,
		 "lab_current_uts_inum() returns the number of the task's own");
	lab_must(careful_holds_nothing(task),
		 "lab_current_uts_inum() lets go of what it took");
}

static void self(void)
{
	unsigned int old = careful_pointer()->uts_ns->ns.inum;
	unsigned int new = spare[0]->uts_ns->ns.inum;

	lab_must(scheme->current_uts_inum(task) == old,
		 "lab_current_uts_inum() returns the number of the task's own");
	careful_switch(spare[0]);
	lab_must(scheme->current_uts_inum(task) == new,
		 "lab_current_uts_inum() returns the new number after a switch");
}

const struct lab_scenario lab_scenario = {
	.name = "only_own",
	.what = "the owner reads its own; a remote reader who makes no mistake",
	.setup = start,
	.finish = careful_end,
	.actors = {
		{ "careful reader", careful_read },
		{ "self", self },
	},
};
