// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tag is set on NULL, too (claim P10).
 *
 *	reader				reader that was not converted
 *	(the task is a zombie: its pointer is NULL)
 *	1. sets the tag: the pointer is 1
 *					2. task_lock(), finds 1
 *					3. is not NULL: looks through it
 *
 * The second reader is as all of them were before the RFC.
 */
#include "scenario.h"

static void start(void)
{
	start_task();
	scheme->exit_task_namespaces(task);
}

static void end(void)
{
	lab_exit_fs(task);
	lab_put_task(task);
}

static void unconverted(void)
{
	struct lab_nsproxy *nsproxy;

	lab_task_lock(task);
	nsproxy = (struct lab_nsproxy *)pointer_word(task);
	if (nsproxy)
		lab_expect(nsproxy->uts_ns->ns.inum, "a live namespace");
	lab_task_unlock(task);
}

const struct lab_scenario lab_scenario = {
	.name = "zombie",
	.what = "two readers look at a zombie, one of them does not mask",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", peek },
		{ "unconverted reader", unconverted },
	},
};
