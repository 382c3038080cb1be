// SPDX-License-Identifier: GPL-2.0-only
/*
 * The error paths of mounts_open_common() leave the tag (claim P9).
 *
 *	reader				self, exiting
 *					1. drops its fs
 *	2. sets the tag
 *	3. no root: error, the tag stays
 *					4. drops its namespaces: finds the tag
 *	or
 *					2. drops its namespaces: NULL
 *	3. sets the tag: 1
 *	4. no nsproxy: error, 1 stays for good
 */
#include "scenario.h"

static void reader(void)
{
	struct lab_mnt_namespace *mnt_ns;
	unsigned int root;

	if (!scheme->mounts_open(task, &mnt_ns, &root))
		lab_put_mnt_ns(mnt_ns);
}

static void self(void)
{
	lab_exit_fs(task);
	scheme->exit_task_namespaces(task);
}

static void end(void)
{
	lab_expect(!pointer_word(task), "the pointer of a zombie is NULL");
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "mounts_error",
	.what = "/proc/PID/mounts is opened while the task exits",
	.setup = start_task,
	.finish = end,
	.actors = {
		{ "reader", reader },
		{ "self", self },
	},
};
