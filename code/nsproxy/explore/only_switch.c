// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_switch_task_namespaces() by itself: the remote reader is the scenario's
 * own, and careful.
 *
 *	a careful reader		self
 *					1. makes an nsproxy
 *	2. finds the old one,
 *	   protected
 *					3. puts the new one in its place
 *					4. must not free the old one yet
 *	5. looks through it
 *					6. exits: NULL
 *
 * Or the reader finds the new one at 2, and must see what 1 wrote. Before that,
 * alone: a first nsproxy, and a switch away from one that somebody shares. What
 * becomes of that one is asked at the end: a put may come later.
 */
#include "careful.h"

static struct lab_nsproxy *shared;

static void start(void)
{
	task = lab_create_task();
	shared = lab_create_nsproxy();
	spare[0] = lab_create_nsproxy();
	spare[1] = lab_create_nsproxy();

	scheme->switch_task_namespaces(task, shared);
	lab_must(careful_pointer() == shared,
		 "lab_switch_task_namespaces() gives a task its first nsproxy");
	lab_must(atomic_read(&shared->count) == 1,
		 "the caller's reference on the new nsproxy becomes the task's: the count stays 1");
	lab_must(careful_holds_nothing(task),
		 "lab_switch_task_namespaces() lets go of what it took when there was no nsproxy");

	lab_get_nsproxy(shared);
	scheme->switch_task_namespaces(task, spare[1]);
	lab_must(careful_pointer() == spare[1],
		 "after lab_switch_task_namespaces() the task has its new nsproxy");
	lab_must(careful_holds_nothing(task),
		 "lab_switch_task_namespaces() lets go of what it took");
}

static void self(void)
{
	struct lab_nsproxy *new = lab_share_nsproxy(spare[0]);

	scheme->switch_task_namespaces(task, new);
	lab_must(careful_pointer() == new,
		 "after lab_switch_task_namespaces() the task has its new nsproxy");
	scheme->exit_task_namespaces(task);
	lab_must(!careful_pointer(),
		 "after lab_exit_task_namespaces() the task has no nsproxy");
}

static void end(void)
{
	lab_must(atomic_read(&shared->count) == 1,
		 "a switch drops one reference on the old nsproxy, and who shares it keeps the other");
	lab_put_nsproxy(shared);
	lab_put_nsproxy(spare[0]);
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
