// SPDX-License-Identifier: GPL-2.0-only
/*
 * fork copies the pointer with whatever tag is on it (claim P14).
 *
 *	reader				self, forking
 *	1. sets the tag in self's pointer
 *					2. copies it, tag and all
 *					3. takes a reference: one byte too high
 */
#include "scenario.h"

static struct lab_task *child;

static void start(void)
{
	start_task();
	child = lab_create_task();
}

static void end(void)
{
	scheme->exit_task_namespaces(child);
	lab_exit_fs(child);
	lab_put_task(child);
	end_task();
}

static void self(void)
{
	scheme->copy_namespaces(task, child);
}

const struct lab_scenario lab_scenario = {
	.name = "fork",
	.what = "the owner forks while a remote reader is about",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", peek },
		{ "self", self },
	},
};
