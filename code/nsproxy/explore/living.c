// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever lives has namespaces, at each moment of a switch too.
 *
 *	reader				self
 *					1. begins to switch
 *	2. looks, and gives up as
 *	   somebody is at it: NULL
 *					3. switches
 *
 * Nothing is freed too early, nothing races: it is safe, and wrong. NULL says
 * that the task is almost dead (claim R5), and this one is not.
 */
#include "scenario.h"

static void reader(void)
{
	struct lab_uts_namespace *uts_ns = scheme->utsns_get(task);
	struct lab_mnt_namespace *mnt_ns;
	unsigned int root;

	lab_must(uts_ns, "lab_utsns_get() of a living task finds a namespace, while it switches too");
	lab_put_uts_ns(uts_ns);
	lab_must(scheme->task_uts_inum(task),
		 "lab_task_uts_inum() of a living task is not 0, while it switches too");
	lab_must(!scheme->mounts_open(task, &mnt_ns, &root),
		 "lab_mounts_open() of a living task succeeds, while it switches too");
	lab_put_mnt_ns(mnt_ns);
}

const struct lab_scenario lab_scenario = {
	.name = "living",
	.what = "a living task switches under a reader, who must not come back empty-handed",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "reader", reader },
		{ "self", switch_once },
	},
};
