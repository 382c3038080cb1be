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
 */
#include "careful.h"

static void self(void)
{
	unsigned int old = careful_pointer()->uts_ns->ns.inum;
	unsigned int new = spare[0]->uts_ns->ns.inum;

	lab_expect(scheme->current_uts_inum(task) == old,
		   "lab_current_uts_inum() returns the number of the task's own");
	careful_switch(spare[0]);
	lab_expect(scheme->current_uts_inum(task) == new,
		   "lab_current_uts_inum() returns the new number after a switch");
}

const struct lab_scenario lab_scenario = {
	.name = "only_own",
	.what = "the owner reads its own; a remote reader who makes no mistake",
	.setup = careful_start,
	.finish = careful_end,
	.actors = {
		{ "careful reader", careful_read },
		{ "self", self },
	},
};
