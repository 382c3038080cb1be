// SPDX-License-Identifier: GPL-2.0-only
/*
 * Not in the ledger: a look-up across an exec.
 *
 *	execs: thread 2 of process 1		looks 2 up
 *						1. finds the task of number 2
 *	2. exchanges the pids
 *						3. asks the task for its pid:
 *						   that is 1 now
 *						4. adds it, under the name 2
 *
 * The task is alive, so the dentry passes revalidation: /proc/2 is process 1,
 * for as long as that lives, also when the number 2 is another's by then.
 */
#include "scenario.h"

#define TID 2

static struct lab_task *thread;

static void start_with_thread(void)
{
	start_process();
	thread = lab_fork(ns, TID, task, NULL);
}

static void exec(void)
{
	lab_de_thread(thread);
}

static void look_for_thread(void)
{
	struct lab_dentry *dir = lab_proc_pid_lookup(proc, TID);

	if (!dir)
		return;
	lab_expect(dir->d_inode->pid->nr == TID,
		   "what is found under a number has that number");
	lab_dput(dir);
}

static void end_process(void)
{
	scheme->release_task(thread);
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "misnamed",
	.what = "a look-up of a thread across its exec",
	.setup = start_with_thread,
	.finish = end_process,
	.actors = {
		{ "execs", exec },
		{ "looks", look_for_thread },
	},
};
