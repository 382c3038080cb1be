// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_utsns_get() by itself: the owner is the scenario's own, and careful.
 *
 *	reader				a careful owner
 *	1. finds the old nsproxy
 *					2. puts the new one in its place
 *					3. frees the old one, but not under a
 *					   reader who is protected
 *	4. takes a reference
 *
 * Before that, alone: what is returned for a zombie and for a quiet task.
 */
#include "careful.h"

static struct lab_uts_namespace *old, *new;

static void reads_alone(void)
{
	struct lab_task *zombie = careful_zombie();
	struct lab_uts_namespace *uts_ns;

	lab_must(!scheme->utsns_get(zombie),
		 "lab_utsns_get() of a zombie returns NULL");
	lab_must(careful_holds_nothing(zombie),
		 "lab_utsns_get() lets go of what it took when there is no nsproxy");
	careful_bury(zombie);

	uts_ns = scheme->utsns_get(task);
	lab_must(uts_ns == old,
		 "lab_utsns_get() returns the UTS namespace of the task");
	lab_must(refcount_read(&old->ns.count) == 2,
		 "lab_utsns_get() takes one reference, which is the caller's");
	lab_put_uts_ns(uts_ns);
	lab_must(careful_holds_nothing(task),
		 "lab_utsns_get() lets go of what it took");
	lab_must(careful_pointer()->uts_ns == old,
		 "lab_utsns_get() leaves the task's pointer alone");
}

static void start(void)
{
	careful_start();
	old = careful_pointer()->uts_ns;
	new = spare[0]->uts_ns;
	reads_alone();
}

static void reader(void)
{
	struct lab_uts_namespace *uts_ns = scheme->utsns_get(task);

	lab_must(uts_ns == old || uts_ns == new,
		 "lab_utsns_get() returns the old UTS namespace or the new one: the task has not exited");
	lab_put_uts_ns(uts_ns);
}

static void owner(void)
{
	careful_switch(spare[0]);
}

const struct lab_scenario lab_scenario = {
	.name = "only_get",
	.what = "lab_utsns_get() against an owner who makes no mistake",
	.setup = start,
	.finish = careful_end,
	.actors = {
		{ "reader", reader },
		{ "careful owner", owner },
	},
};
