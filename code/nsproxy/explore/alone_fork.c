// SPDX-License-Identifier: GPL-2.0-only
/*
 * fork and the owner's own read do their job when nobody else is about.
 *
 *	self
 *	1. reads its own number
 *	2. forks: the child points to the same nsproxy, which has one more
 *	   reference
 *	(the child reads its own number, and exits)
 *	3. the reference is gone again
 */
#include "scenario.h"

static struct lab_nsproxy *nsproxy;
static struct lab_task *child;

static void start(void)
{
	task = lab_create_task();
	child = lab_create_task();
	nsproxy = lab_create_nsproxy();
	lab_get_nsproxy(nsproxy); /* for us to look at */
	scheme->switch_task_namespaces(task, nsproxy);
}

static void self(void)
{
	unsigned int inum = nsproxy->uts_ns->ns.inum;

	lab_expect(scheme->current_uts_inum(task) == inum,
		   "a task sees the number of its own UTS namespace");
	scheme->copy_namespaces(task, child);
	lab_expect(pointer_word(child) == (unsigned long)nsproxy,
		   "a child points to its parent's nsproxy");
	lab_expect(pointer_word(task) == (unsigned long)nsproxy,
		   "fork leaves the parent's pointer as it is");
	lab_expect(atomic_read(&nsproxy->count) == 3,
		   "fork takes one reference on the nsproxy, for the child");
	lab_expect(scheme->current_uts_inum(child) == inum,
		   "a child sees the number of its parent's UTS namespace");
	scheme->exit_task_namespaces(child);
	lab_expect(atomic_read(&nsproxy->count) == 2,
		   "the child's exit drops the child's reference");
}

static void end(void)
{
	lab_exit_fs(child);
	lab_put_task(child);
	end_task();
	lab_put_nsproxy(nsproxy);
}

const struct lab_scenario lab_scenario = {
	.name = "alone_fork",
	.what = "the owner reads and forks, alone: does it work at all",
	.setup = start,
	.finish = end,
	.actors = {
		{ "self", self },
	},
};
