// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_copy_namespaces() by itself: the remote reader is the scenario's own, and
 * careful.
 *
 *	a careful reader		self, forking
 *	1. is at the pointer, by
 *	   the scheme's rule
 *					2. gives the child the same nsproxy
 *					3. takes a reference for the child
 *
 * If the rule is a lock in the pointer, step 2 finds it locked.
 */
#include "careful.h"

static struct lab_task *child;

static void start(void)
{
	careful_start();
	child = lab_create_task();
}

static void self(void)
{
	scheme->copy_namespaces(task, child);
}

static void end(void)
{
	struct lab_nsproxy *nsproxy = careful_pointer();

	lab_must(pointer_word(child) == (unsigned long)nsproxy,
		 "after lab_copy_namespaces() the child has its parent's nsproxy");
	lab_must(atomic_read(&nsproxy->count) == 2,
		 "lab_copy_namespaces() takes one reference, which is the child's");
	atomic_set(&nsproxy->count, 1);
	lab_exit_fs(child);
	lab_put_task(child);
	lab_put_nsproxy(spare[0]);
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "only_fork",
	.what = "the owner forks; a remote reader who makes no mistake",
	.setup = start,
	.finish = end,
	.actors = {
		{ "careful reader", careful_read },
		{ "self", self },
	},
};
