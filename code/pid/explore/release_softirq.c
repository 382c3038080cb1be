// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet with urgent data arrives while a process is released.
 *
 *	releases			softirq, on the same CPU
 *	1. takes tasklist_lock for
 *	   writing, interrupts off
 *	2. unhashes the task
 *	3. releases tasklist_lock
 *					4. wants tasklist_lock for reading
 *
 * With interrupts on, 4 could come before 3, and wait for ever for whom it has
 * interrupted.
 */
#include "scenario.h"

static struct lab_pid *pid;

static void start_with_owner(void)
{
	start_seen_process();
	pid = lab_get_task_pid(task);
}

static void sigurg(void)
{
	lab_send_sigurg(pid);
}

static void end_with_owner(void)
{
	lab_put_pid(pid);
	nothing_left_behind();
}

const struct lab_scenario lab_scenario = {
	.name = "release_softirq",
	.what = "a release, and a softirq on the same CPU",
	.setup = start_with_owner,
	.finish = end_with_owner,
	.actors = {
		{ "releases", release },
		{ "softirq", sigurg, "releases" },
	},
};
