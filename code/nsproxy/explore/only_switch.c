// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_switch_task_namespaces() by itself: the remote reader is the scenario's
 * own, and careful.
 *
 *	a careful reader		self
 *	1. finds the old nsproxy,
 *	   protected
 *					2. puts the new one in its place
 *					3. must not free the old one yet
 *	4. looks through it
 *					5. exits: NULL
 *
 * Before that, alone: a switch away from an nsproxy that somebody shares. What
 * becomes of that is asked at the end: it may be done later.
 */
#include "careful.h"

static struct lab_nsproxy *shared;

static void start(void)
{
	careful_start();
	shared = careful_pointer();
	lab_get_nsproxy(shared);
	spare[1] = lab_create_nsproxy();

	scheme->switch_task_namespaces(task, spare[1]);
	lab_expect(careful_pointer() == spare[1],
		   "after lab_switch_task_namespaces() the task has its new nsproxy");
	lab_expect(atomic_read(&spare[1]->count) == 1,
		   "the caller's reference on the new nsproxy becomes the task's: the count stays 1");
}

static void self(void)
{
	scheme->switch_task_namespaces(task, spare[0]);
	lab_expect(careful_pointer() == spare[0],
		   "after lab_switch_task_namespaces() the task has its new nsproxy");
	scheme->exit_task_namespaces(task);
	lab_expect(!careful_pointer(),
		   "after lab_exit_task_namespaces() the task has no nsproxy");
}

static void end(void)
{
	lab_expect(atomic_read(&shared->count) == 1,
		   "a switch drops one reference on the old nsproxy, and who shares it keeps the other");
	lab_put_nsproxy(shared);
	lab_exit_fs(task);
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "only_switch",
	.what = "the owner switches and exits; a remote reader who makes no mistake",
	.setup = start,
	.finish = end,
	.actors = {
		{ "careful reader", careful_read },
		{ "self", self },
	},
};
