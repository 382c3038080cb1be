// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two clean up at the same time (claim N5). The kernel never does: there is
 * one work item for it.
 *
 *	worker 1		worker 2
 *	1. takes net 1 off
 *				2. takes net 2 off
 *	3. stands on net 2?
 *				4. waits for the readers:
 *				   worker 1 is none
 *				5. frees net 2
 *	6. goes on from net 2
 *
 * "A net is unhashed from the list in one place, by one process": that is
 * what lets the walk do without rcu_read_lock() and without rtnl. Where the
 * walk is under rtnl, two workers do no harm.
 */
#include "scenario.h"

static struct lab_net *other;

static void start_two(void)
{
	start_without_worker();
	other = scheme->copy_net_ns();
}

static void first(void)
{
	lab_put_net(peer);
	scheme->cleanup_net();
}

static void second(void)
{
	lab_put_net(other);
	scheme->cleanup_net();
}

const struct lab_scenario lab_scenario = {
	.name = "two_workers",
	.what = "two cleanup workers at a time, each with a net that died",
	.setup = start_two,
	.finish = end_nets,
	.actors = {
		{ "worker 1", first },
		{ "worker 2", second },
	},
};
