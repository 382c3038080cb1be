// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I4, the rest: what the exec of 2020 leaves behind. Nobody looks
 * meanwhile, and nobody looks for pid 2 afterwards; said as an expectation
 * that does not hold.
 */
#include "scenario.h"

#define TID 2

static struct lab_task *thread;

static void start_with_thread(void)
{
	start_seen_process();
	thread = lab_fork(ns, TID, task, NULL);
	look_once(proc, TID);
}

static void exec(void)
{
	lab_de_thread_2020(thread);
}

static void end_process(void)
{
	scheme->release_task(thread);
	nothing_left_behind();
}

const struct lab_scenario lab_scenario = {
	.name = "exec_2020_left",
	.what = "what an exec by a thread (2020) leaves in the cache",
	.setup = start_with_thread,
	.finish = end_process,
	.actors = {
		{ "execs", exec },
	},
};
