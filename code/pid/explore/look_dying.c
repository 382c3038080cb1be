// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process is reaped while its directory is looked up.
 *
 *	looks			reaps
 *	1. finds the task
 *				2. unhashes it
 *				3. drops the pid, a grace period later
 *	4. asks the task for
 *	   its pid: none
 *
 * 4 may have come before 2, and have its reference before 3. Nothing is flushed:
 * the scheme has no part in the reaping.
 */
#include "scenario.h"

static void end_reaped(void)
{
	lab_must(!lab_proc_pid_lookup(proc, NR),
		 "nobody finds a process that has been reaped");
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "look_dying",
	.what = "a process is reaped while somebody looks it up",
	.setup = start_process,
	.finish = end_reaped,
	.actors = {
		{ "looks", look },
		{ "reaps", unhash },
	},
};
