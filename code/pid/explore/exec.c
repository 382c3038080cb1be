// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I1: an exec by a thread that is not the leader (6.1's form).
 *
 *	execs: thread 2 of process 1		look at /proc/1
 *	1. exchanges the pids: the thread
 *	   is process 1 now, its leader is 2
 *						2. find the directory
 *	3. releases the leader: unhashes 2
 *	4. flushes
 *
 * Pid 2 goes, so its directory must go; pid 1 stays, and so does its own. A
 * list that moved with the task would have it the other way round.
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
	lab_de_thread(thread);
}

static bool cached(unsigned int nr)
{
	struct lab_dentry *dentry = lab_d_lookup(proc->s_root, nr);

	if (dentry)
		lab_dput(dentry);
	return dentry;
}

static void end_process(void)
{
	lab_expect(!cached(TID),
		   "the directory of the pid that is gone was flushed");
	lab_expect(cached(NR),
		   "the directory of the pid that lives on was not");
	scheme->release_task(thread);
	nothing_left_behind();
}

const struct lab_scenario lab_scenario = {
	.name = "exec",
	.what = "an exec by a thread (6.1) against two look-ups",
	.setup = start_with_thread,
	.finish = end_process,
	.actors = {
		{ "execs", exec },
		{ "looks 1", look },
		{ "looks 2", look },
	},
};
