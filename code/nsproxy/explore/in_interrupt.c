// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remote readers without a lock may be interrupted by others of their kind, on
 * the same CPU and about the same task (claim R2).
 *
 *	reader			interrupt, on its CPU		self
 *	1. finds the nsproxy
 *				2. finds it, too
 *								3. switches
 *				4. takes a reference
 *	5. takes a reference
 *
 * Whatever a reader waits for at 2, the one that it has interrupted can't let
 * go of it. So no lock will do, and none of one's own making either.
 */
#include "scenario.h"

static struct lab_uts_namespace *got;

static void start(void)
{
	start_task_and_spare();
	got = NULL;
}

static void reader(void)
{
	read_and_put();
	lab_must(scheme->task_uts_inum(task),
		 "lab_task_uts_inum() of a living task is not 0, in whatever context");
}

/* Not to put: a last put may sleep. */
static void interrupt(void)
{
	got = scheme->utsns_get(task);
	lab_must(got && scheme->task_uts_inum(task),
		 "a remote reader of a living task finds namespaces, in an interrupt too");
}

static void end(void)
{
	lab_put_uts_ns(got);
	end_task();
}

const struct lab_scenario lab_scenario = {
	.name = "in_interrupt",
	.what = "a remote reader is interrupted by another one; the owner switches",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", reader },
		{ "interrupt", interrupt, "reader" },
		{ "self", switch_once },
	},
};
