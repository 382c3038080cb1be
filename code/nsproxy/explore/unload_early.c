// SPDX-License-Identifier: GPL-2.0-only
/*
 * As unload, but in a hurry: only callbacks are waited for (claim R11).
 *
 *	reader			self
 *	1. finds the nsproxy
 *				2. exits: its nsproxy is NULL
 *				3. rcu_barrier()
 *				4. goes, with all its code
 *
 * A scheme whose work is not done by then has a kworker jump to a place where
 * there is no code any more.
 */
#include <linux/rcupdate.h>

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
	rcu_barrier();
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
	.name = "unload_early",
	.what = "the owner exits, and only rcu_barrier() is called before the code goes",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", read_and_put },
		{ "self", self },
	},
};
