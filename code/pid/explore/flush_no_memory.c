// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dead pid is flushed while memory is short. For schemes that have a list.
 *
 *	flushes
 *	1. wants memory, if it needs any: none
 *	2. may leave dentries to the shrinker, and no reference behind
 */
#include "scenario.h"

static struct lab_pid *pid;

static void start_dead_process(void)
{
	start_seen_process();
	pid = lab_get_task_pid(task);
	unhash();
	rcu_barrier();
}

static void flush_short(void)
{
	scheme->flush_pid(lab_get_pid(pid));
	lab_shrink_dcache_sb(proc);
	lab_must(refcount_read(&pid->count) == 1,
		 "in the end nobody keeps the pid");
	lab_must(refcount_read(&proc->s_active) == 1 &&
		 atomic_read(&proc->s_inodes) == 1,
		 "in the end nobody keeps the instance, or an inode");
	lab_put_pid(pid);
}

const struct lab_scenario lab_scenario = {
	.name = "flush_no_memory",
	.what = "a dead pid is flushed, and memory is short",
	.setup = start_dead_process,
	.finish = end_proc,
	.alloc_failures = 1,
	.actors = {
		{ "flushes", flush_short },
	},
};
