// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two tasks share one nsproxy, and both leave it at the same time, in the
 * sight of a remote reader. One of them may fork before.
 *
 *	reader			self			sibling
 *	1. finds the nsproxy
 *				2. may fork
 *				3. switches		3. exits
 *	4. takes a reference
 *
 * One of the two is the last to leave it, or the child is.
 */
#include "scenario.h"

static struct lab_task *sibling, *child;
static unsigned int inum;
static bool forks;

static void start(void)
{
	start_task_and_spare();
	sibling = lab_create_task();
	child = lab_create_task();
	scheme->copy_namespaces(task, sibling);
	inum = scheme->current_uts_inum(task);
}

static void self(void)
{
	forks = lab_choose(2);
	if (forks)
		scheme->copy_namespaces(task, child);
	switch_once();
	own_read();
}

static void leaves(void)
{
	scheme->exit_task_namespaces(sibling);
}

static void end(void)
{
	lab_must(scheme->task_uts_inum(child) == (forks ? inum : 0) &&
		 (!forks || scheme->current_uts_inum(child) == inum),
		 "a child keeps what its parent had, when the parent has switched");
	lab_must(scheme->task_uts_inum(task) != inum,
		 "a task has something else when it has switched");
	if (forks)
		scheme->exit_task_namespaces(child);
	lab_exit_fs(child);
	lab_put_task(child);
	lab_exit_fs(sibling);
	lab_put_task(sibling);
	end_task();
}

const struct lab_scenario lab_scenario = {
	.name = "two_sharers",
	.what = "two tasks leave one nsproxy at the same time",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", read_and_put },
		{ "self", self },
		{ "sibling", leaves },
	},
};
