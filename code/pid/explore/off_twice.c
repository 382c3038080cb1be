// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two directories of one process leave its list at the same time, and with them
 * what was left of the pid. For schemes that have a list.
 *
 *	shrinks			shrinks the other
 *	1. takes one off
 *				2. takes the other off
 *	3. drops the pid
 *				4. drops it, the last one
 *
 * The two instances have no lock in common.
 */
#include "scenario.h"

static struct lab_super_block *other;

static void start_dead_process(void)
{
	start_seen_process();
	other = lab_mount_proc(ns);
	look_once(other, NR);
	unhash();
	rcu_barrier();
}

static void shrink(void)
{
	lab_shrink_dcache_sb(proc);
}

static void shrink_other(void)
{
	lab_shrink_dcache_sb(other);
}

static void end_two_instances(void)
{
	lab_deactivate_super(other);
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "off_twice",
	.what = "two directories of a dead process go, and the pid with them",
	.setup = start_dead_process,
	.finish = end_two_instances,
	.actors = {
		{ "shrinks", shrink },
		{ "shrinks the other", shrink_other },
	},
};
