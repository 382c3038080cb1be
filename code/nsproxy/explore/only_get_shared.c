// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_utsns_get() of two tasks that share an nsproxy, twice at the same time.
 * Owners are the scenario's own, and careful.
 *
 *	reader			careful sibling		careful owner
 *	1. finds the nsproxy
 *				2. finds it, too, by
 *				   its own pointer
 *				3. exits
 *							4. switches, and frees
 *							   it: it was the last
 *	5. takes a reference
 *				6. puts its own
 *
 * Either may be the last to leave, and each step on a count may come between two
 * of somebody else's.
 */
#include "careful.h"

static struct lab_uts_namespace *old, *new;

static void start(void)
{
	careful_start();
	careful_share();
	old = careful_pointer(task)->uts_ns;
	new = spare[0]->uts_ns;
}

static struct lab_uts_namespace *gets(struct lab_task *t)
{
	struct careful_used before = careful_used();
	struct lab_uts_namespace *uts_ns = scheme->utsns_get(t);

	lab_must(careful_lockless(before),
		 "lab_utsns_get() " CAREFUL_READER_RULE);
	return uts_ns;
}

static void reader(void)
{
	struct lab_uts_namespace *uts_ns = gets(task);

	lab_must(uts_ns == old || uts_ns == new,
		 "lab_utsns_get() returns the old UTS namespace or the new one: the task has not exited");
	lab_put_uts_ns(uts_ns);
}

static void leaves(void)
{
	struct lab_uts_namespace *uts_ns = gets(sibling);

	lab_must(uts_ns == old,
		 "lab_utsns_get() returns the UTS namespace of a task that has not begun to exit");
	careful_sibling_leaves();
	lab_put_uts_ns(uts_ns);
}

static void owner(void)
{
	careful_switch(task, spare[0]);
}

static void end(void)
{
	lab_must(gets(task) == new,
		 "lab_utsns_get() returns the new UTS namespace when the switch is over");
	lab_put_uts_ns(new);
	lab_must(!gets(sibling),
		 "lab_utsns_get() returns NULL when the exit is over");
	careful_bury(sibling);
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "only_get_shared",
	.what = "lab_utsns_get() of two tasks that leave the nsproxy that they share",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", reader },
		{ "careful sibling", leaves },
		{ "careful owner", owner },
	},
	.alloc_failures = 1,
};
