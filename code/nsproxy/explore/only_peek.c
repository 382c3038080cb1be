// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_task_uts_inum() by itself: the owner is the scenario's own, and careful.
 *
 *	reader				a careful owner
 *	1. finds the old nsproxy
 *					2. puts the new one in its place
 *					3. frees the old one, but not under a
 *					   reader who is protected
 *	4. looks at its namespace
 *
 * Before that, alone: what is returned for a zombie and for a quiet task.
 */
#include "careful.h"

static unsigned int old, new;

static void reads_alone(void)
{
	struct lab_task *zombie = careful_zombie();

	lab_must(!scheme->task_uts_inum(zombie),
		 "lab_task_uts_inum() of a zombie returns 0");
	lab_must(careful_holds_nothing(zombie),
		 "lab_task_uts_inum() lets go of what it took when there is no nsproxy");
	careful_bury(zombie);

	lab_must(scheme->task_uts_inum(task) == old,
		 "lab_task_uts_inum() returns the number of the task's UTS namespace");
	lab_must(refcount_read(&careful_pointer()->uts_ns->ns.count) == 1,
		 "lab_task_uts_inum() keeps no reference");
	lab_must(careful_holds_nothing(task),
		 "lab_task_uts_inum() lets go of what it took");
}

static void start(void)
{
	careful_start();
	old = careful_pointer()->uts_ns->ns.inum;
	new = spare[0]->uts_ns->ns.inum;
	reads_alone();
}

static void reader(void)
{
	unsigned int inum = scheme->task_uts_inum(task);

	lab_must(inum == old || inum == new,
		 "lab_task_uts_inum() returns the old number or the new one: the task has not exited");
}

static void owner(void)
{
	careful_switch(spare[0]);
}

const struct lab_scenario lab_scenario = {
	.name = "only_peek",
	.what = "lab_task_uts_inum() against an owner who makes no mistake",
	.setup = start,
	.finish = careful_end,
	.actors = {
		{ "reader", reader },
		{ "careful owner", owner },
	},
};
