// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_current_uts_inum() by itself: the remote reader and the sibling, who
 * shares the nsproxy, are the scenario's own, and careful.
 *
 *	a careful reader	self			careful sibling
 *	1. is at the pointer, by
 *	   the scheme's rule
 *				2. reads its own number
 *							3. exits
 *				4. switches, with care
 *				5. reads the new one
 *
 * Before that, alone: what is returned for two tasks and ten times in a row, and
 * that nothing is held.
 */
#include "careful.h"

static unsigned int reads(struct lab_task *self)
{
	struct careful_used before = careful_used();
	unsigned int inum = scheme->current_uts_inum(self);

	lab_must(careful_used_most(before, 1, 0),
		 "lab_current_uts_inum() takes one lock at most and waits for nothing");
	lab_must(careful_holds_nothing(self),
		 "lab_current_uts_inum() lets go of what it took");
	return inum;
}

static void start(void)
{
	struct lab_task *other = careful_task(lab_create_nsproxy());
	int i;

	careful_start();
	careful_share();
	for (i = 0; i < 10; i++) {
		lab_must(reads(task) == careful_pointer(task)->uts_ns->ns.inum,
			 "lab_current_uts_inum() returns the number of the task's own");
		lab_must(reads(other) == careful_pointer(other)->uts_ns->ns.inum,
			 "lab_current_uts_inum() returns the number of the task that asks");
	}
	lab_must(atomic_read(&careful_pointer(task)->count) == 2 &&
		 refcount_read(&careful_pointer(task)->uts_ns->ns.count) == 1,
		 "lab_current_uts_inum() keeps no reference");
	careful_bury(other);
}

static void self(void)
{
	unsigned int old = careful_pointer(task)->uts_ns->ns.inum;
	unsigned int new = spare[0]->uts_ns->ns.inum;

	lab_must(scheme->current_uts_inum(task) == old,
		 "lab_current_uts_inum() returns the number of the task's own");
	careful_switch(task, spare[0]);
	lab_must(scheme->current_uts_inum(task) == new,
		 "lab_current_uts_inum() returns the new number after a switch");
}

static void end(void)
{
	careful_bury(sibling);
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "only_own",
	.what = "the owner reads its own; a remote reader who makes no mistake",
	.setup = start,
	.finish = end,
	.actors = {
		{ "careful reader", careful_read },
		{ "self", self },
		{ "careful sibling", careful_sibling_leaves },
	},
	.alloc_failures = 1,
};
