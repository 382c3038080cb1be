// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_switch_task_namespaces() of two tasks that share one nsproxy, and leave
 * it at the same time, each by a switch or by exit. The remote reader is the
 * scenario's own, and careful.
 *
 *	a careful reader	self			sibling
 *	1. finds the nsproxy
 *				2. replaces its own	2. replaces its own
 *				   pointer		   pointer
 *				3. drops its reference	3. drops its reference:
 *							   that was the last
 *	4. looks through it
 *							5. frees it
 *
 * Each of them may be the last, and one of them is. Before 2 is done, the other
 * one's 3 must not be the last.
 */
#include "careful.h"

static struct lab_nsproxy *of_self, *of_sibling;
static bool self_exits, sibling_exits;

static void start(void)
{
	careful_start();
	careful_share();
	spare[1] = lab_create_nsproxy();
}

static void reader(void)
{
	lab_must(careful_look(task) || READ_ONCE(self_exits),
		 "a remote reader finds an nsproxy while the task only switches");
	lab_must(careful_look(sibling) || READ_ONCE(sibling_exits),
		 "a remote reader finds an nsproxy while the task only switches");
}

/* By unshare(), setns() or exit: what it has then. */
static struct lab_nsproxy *leaves(struct lab_task *who, bool *exits,
				  struct lab_nsproxy *new)
{
	if (lab_choose(2)) {
		WRITE_ONCE(*exits, true);
		scheme->exit_task_namespaces(who);
		return NULL;
	}
	scheme->switch_task_namespaces(who, new);
	return new;
}

static void self(void)
{
	of_self = leaves(task, &self_exits, spare[0]);
}

static void siblings(void)
{
	of_sibling = leaves(sibling, &sibling_exits, spare[1]);
}

static void end(void)
{
	lab_must(careful_pointer(task) == of_self &&
		 careful_pointer(sibling) == of_sibling,
		 "after it has left the nsproxy that two shared, each task has its own new one");
	if (!of_self)
		lab_put_nsproxy(spare[0]);
	if (!of_sibling)
		lab_put_nsproxy(spare[1]);
	careful_bury(sibling);
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "only_switch_shared",
	.what = "two tasks leave the nsproxy that they share; a reader who makes no mistake",
	.setup = start,
	.finish = end,
	.actors = {
		{ "careful reader", reader },
		{ "self", self },
		{ "sibling", siblings },
	},
	.alloc_failures = 1,
};
