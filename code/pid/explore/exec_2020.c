// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I4: the same exec as it was in 2020, and its early flush.
 *
 *	execs: thread 2 of process 1		look at /proc/1
 *	1. gives pid 2 up, takes pid 1 too
 *	2. releases the leader: flushes pid 1,
 *	   which the thread goes on with
 *						3. look it up anew
 *						4. process 1 is the thread
 *
 * Safe: whoever looks after the exec finds the process. Suboptimal: the
 * directory of process 1 is made anew, and that of pid 2, which nobody
 * flushed, stays behind.
 */
#include "scenario.h"

#define TID 2

static struct lab_task *thread;
static struct lab_pid *pid;

static void start_with_thread(void)
{
	start_process();
	thread = lab_fork(ns, TID, task, NULL);
	pid = lab_get_pid(lab_task_pid(task));
}

static void exec(void)
{
	lab_de_thread_2020(thread);
}

/* Somebody who has the directory open asks whether it is still good. */
static void poll_pid(void)
{
	struct lab_task *found = lab_get_pid_task(pid);

	lab_expect(found, "the process never seems to be dead");
	if (found)
		lab_put_task(found);
	lab_put_pid(pid);
}

static void end_process(void)
{
	struct lab_dentry *dir = lab_proc_pid_lookup(proc, NR);
	struct lab_task *found = lab_get_pid_task(dir->d_inode->pid);

	lab_expect(found == thread, "whoever looks finds the thread");
	lab_put_task(found);
	lab_dput(dir);
	lab_expect(!lab_proc_pid_lookup(proc, TID),
		   "nobody finds the pid that was given up");
	scheme->release_task(thread);
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "exec_2020",
	.what = "an exec by a thread (2020) against a look-up and somebody who has it open",
	.setup = start_with_thread,
	.finish = end_process,
	.actors = {
		{ "execs", exec },
		{ "looks", look },
		{ "polls", poll_pid },
	},
};
