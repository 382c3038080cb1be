// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_copy_namespaces() by itself, by two parents that share an nsproxy, one of
 * which exits then. The remote reader is the scenario's own, and careful.
 *
 *	a careful reader	self, forking		sibling, forking
 *	1. is at the pointer, by
 *	   the scheme's rule
 *				2. gives its child	2. gives its child
 *				   the same nsproxy	   the same nsproxy
 *				3. takes a reference	3. takes a reference
 *				   for the child	   for the child
 *							4. exits, with care
 *
 * If the rule is a lock in the pointer, step 2 finds it locked. Before that,
 * alone: ten children of one parent.
 */
#include "careful.h"

#define MANY 10

static struct lab_task *child, *siblings_child;

static void forks_alone(void)
{
	struct lab_nsproxy *nsproxy = lab_create_nsproxy();
	struct lab_task *parent = careful_task(nsproxy), *children[MANY];
	struct careful_used before;
	int i;

	for (i = 0; i < MANY; i++) {
		children[i] = careful_zombie();
		before = careful_used();
		scheme->copy_namespaces(parent, children[i]);
		lab_must(careful_used_most(before, 1, 0),
			 "lab_copy_namespaces() takes one lock at most and waits for nothing");
		lab_must(pointer_word(children[i]) == (unsigned long)nsproxy,
			 "after lab_copy_namespaces() the child has its parent's nsproxy");
		lab_must(careful_pointer(parent) == nsproxy &&
			 careful_holds_nothing(parent) &&
			 careful_holds_nothing(children[i]),
			 "lab_copy_namespaces() leaves the parent's pointer alone, and lets go of what it took");
		lab_must(atomic_read(&nsproxy->count) == i + 2,
			 "lab_copy_namespaces() takes one reference, which is the child's");
	}
	while (i--)
		careful_bury(children[i]);
	careful_bury(parent);
}

static void start(void)
{
	careful_start();
	careful_share();
	child = careful_zombie();
	siblings_child = careful_zombie();
	forks_alone();
}

static void self(void)
{
	scheme->copy_namespaces(task, child);
}

static void siblings(void)
{
	scheme->copy_namespaces(sibling, siblings_child);
	careful_switch(sibling, NULL);
}

static void end(void)
{
	struct lab_nsproxy *nsproxy = careful_pointer(task);

	lab_must(pointer_word(child) == (unsigned long)nsproxy &&
		 pointer_word(siblings_child) == (unsigned long)nsproxy,
		 "after lab_copy_namespaces() the child has its parent's nsproxy");
	lab_must(atomic_read(&nsproxy->count) == 3,
		 "lab_copy_namespaces() takes one reference, whatever others do to the count meanwhile");
	careful_bury(siblings_child);
	careful_bury(child);
	lab_put_nsproxy(spare[0]);
	careful_bury(sibling);
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "only_fork",
	.what = "two that share fork at once; a remote reader who makes no mistake",
	.setup = start,
	.finish = end,
	.actors = {
		{ "careful reader", careful_read },
		{ "self", self },
		{ "sibling", siblings },
	},
	.alloc_failures = 1,
};
