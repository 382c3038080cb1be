// SPDX-License-Identifier: GPL-2.0-only
/*
 * As only_mounts.c, but the owner does not exit: it switches, and has a root
 * all the time. So to open must succeed, whoever holds what meanwhile.
 *
 *	reader				a careful owner
 *	1. finds the nsproxy
 *					2. puts a new one in its place
 *	3. takes a reference
 *	4. finds the root
 */
#include "careful.h"

static void reader(void)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root = 0;

	lab_must(!scheme->mounts_open(task, &mnt_ns, &root),
		 "lab_mounts_open() returns 0: the task has not exited");
	lab_must(root == 1, "lab_mounts_open() gets the task's root");
	if (mnt_ns)
		lab_put_mnt_ns(mnt_ns);
}

static void owner(void)
{
	careful_switch(spare[0]);
}

const struct lab_scenario lab_scenario = {
	.name = "only_mounts_live",
	.what = "lab_mounts_open() against a careful owner who only switches",
	.setup = careful_start,
	.finish = careful_end,
	.actors = {
		{ "reader", reader },
		{ "careful owner", owner },
	},
};
