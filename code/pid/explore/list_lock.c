// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I8: the three ingredients of an inversion.
 *
 *	looks /proc/1 up		exits
 *	1. takes the list's lock,
 *	   interrupts on
 *					2. takes tasklist_lock for writing
 *	3. a packet arrives:
 *	   send_sigurg() wants
 *	   tasklist_lock for reading
 *					4. wakes who polls the pidfd: wants
 *					   wait_pidfd.lock
 *
 * When these locks are one, both wait for ever.
 */
#include "scenario.h"

static void exit_and_notify(void)
{
	lab_exit_notify(task);
}

static void sigurg(void)
{
	lab_send_sigurg(lab_task_pid(task));
}

static void end_process(void)
{
	unhash();
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "list_lock",
	.what = "a look-up, an exit that is told of, and a softirq",
	.setup = start_process,
	.finish = end_process,
	.actors = {
		{ "looks", look },
		{ "exits", exit_and_notify },
		{ "softirq", sigurg, "looks" },
	},
};
