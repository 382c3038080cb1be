// SPDX-License-Identifier: GPL-2.0-only
/*
 * A switch does its job when nobody else is about. A scheme that guards
 * well and does nothing would be clean everywhere else.
 *
 *	self
 *	1. switches: the pointer is the new nsproxy
 *	2. and the old one has lost one reference, the task's
 *	3. exits: the pointer is NULL
 */
#include "scenario.h"

static struct lab_nsproxy *old, *new;

static void start(void)
{
	task = lab_create_task();
	old = lab_create_nsproxy();
	new = lab_create_nsproxy();
	/* What we look at below is ours as well. */
	lab_get_nsproxy(old);
	lab_get_nsproxy(new);
	scheme->switch_task_namespaces(task, old);
}

static void self(void)
{
	lab_expect(pointer_word(task) == (unsigned long)old,
		   "a task's first switch, from NULL, sets its pointer");
	scheme->switch_task_namespaces(task, new);
	lab_expect(pointer_word(task) == (unsigned long)new,
		   "after a switch the pointer is the new nsproxy");
	lab_expect(atomic_read(&old->count) == 1,
		   "a switch drops one reference on the old nsproxy");
	lab_expect(atomic_read(&new->count) == 2,
		   "a switch takes over the caller's reference on the new one");
	scheme->exit_task_namespaces(task);
	lab_expect(!pointer_word(task), "after exit the pointer is NULL");
	lab_expect(atomic_read(&new->count) == 1,
		   "exit drops the task's reference");
}

static void end(void)
{
	lab_put_nsproxy(old);
	lab_put_nsproxy(new);
	lab_exit_fs(task);
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "alone_switch",
	.what = "the owner switches and exits, alone: does it work at all",
	.setup = start,
	.finish = end,
	.actors = {
		{ "self", self },
	},
};
