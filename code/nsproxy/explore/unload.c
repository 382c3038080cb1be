// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last task exits, and then the code that frees goes away, as a module's does
 * (claim R11).
 *
 *	reader			self
 *	1. finds the nsproxy
 *				2. exits: its nsproxy is NULL
 *				3. waits for what was given to others
 *	4. takes a reference
 *				5. goes, with all its code
 *
 * Where the switch frees by itself, there is nothing to wait for at 3. Where a
 * work does, it must have run before 5: rcu_barrier() waits for the callbacks
 * that queue the works, flush_workqueue() for the works.
 */
#include "scenario.h"

static struct lab_mnt_namespace *its_mnt_ns;

static void start(void)
{
	struct lab_nsproxy *nsproxy = lab_create_nsproxy();

	/* A reference of the scenario's own, to look at the count by. */
	its_mnt_ns = nsproxy->mnt_ns;
	lab_get_mnt_ns(its_mnt_ns);
	task = lab_create_task();
	scheme->switch_task_namespaces(task, nsproxy);
}

static void self(void)
{
	scheme->exit_task_namespaces(task);
	lab_settle();
	/* Here the code goes. Who frees an nsproxy puts its namespaces. */
	lab_must(refcount_read(&its_mnt_ns->ns.count) == 1,
		 "when the module goes, nothing of it is left to run");
}

static void end(void)
{
	lab_put_mnt_ns(its_mnt_ns);
	lab_exit_fs(task);
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "unload",
	.what = "the owner exits, and what the scheme gave to others is waited for",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", read_and_put },
		{ "self", self },
	},
};
