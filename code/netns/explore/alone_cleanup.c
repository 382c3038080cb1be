// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dead nets are cleaned up when nobody else is about. A worker that did
 * nothing would leak, and one that frees only would leave ids behind.
 *
 *	worker
 *	1. two of three nets are dead: cleans up both
 *	2. no table has an id for either, and the third has kept its own
 *	3. nobody is dead: does nothing
 *	(the third dies)
 *	4. cleans it up
 */
#include "scenario.h"
#include "watch.h"

static struct lab_net *other, *third;

static void start(void)
{
	start_without_worker();
	other = scheme->copy_net_ns();
	third = scheme->copy_net_ns();
	scheme->peernet2id_alloc(lab_init_net, other, GFP_KERNEL);
	scheme->peernet2id_alloc(lab_init_net, third, GFP_KERNEL);
	scheme->peernet2id_alloc(third, other, GFP_KERNEL);
	scheme->peernet2id_alloc(third, lab_init_net, GFP_KERNEL);
	scheme->peernet2id_alloc(other, third, GFP_KERNEL);
	lab_watch.on = true;
}

static unsigned int listed(void)
{
	struct lab_net *net;
	unsigned int nr = 0;

	lab_for_each_net(net)
		nr++;
	return nr;
}

static void worker(void)
{
	lab_put_net(peer);
	lab_put_net(other);
	scheme->cleanup_net();
	lab_must(listed() == 2, "the dead have left the list, and nobody else");
	lab_must(lab_peernet2id_held(lab_init_net, peer) < 0 &&
		 lab_peernet2id_held(lab_init_net, other) < 0 &&
		 lab_peernet2id_held(third, other) < 0,
		 "no table has an id for a net that has been freed");
	lab_must(lab_peernet2id_held(lab_init_net, third) == 2 &&
		 lab_peernet2id_held(third, lab_init_net) == 1,
		 "who lives keeps its ids");
	lab_must(atomic64_read(&lab_watch.notified) == 3,
		 "a message is sent for each id that was taken away");
	lab_must(refcount_read(&third->count) == 1 &&
		 third->magic == LAB_ALIVE,
		 "who lives is left alone");

	scheme->cleanup_net();
	lab_must(listed() == 2, "where nobody is dead there is nothing to do");
	lab_put_net(third);
	scheme->cleanup_net();
	lab_must(listed() == 1, "a later cleanup takes up who died later");
	lab_must(lab_rtnl_net_dumpid(lab_init_net) == 0,
		 "a later cleanup takes the ids away too");
}

const struct lab_scenario lab_scenario = {
	.name = "alone_cleanup",
	.what = "dead nets are cleaned up, alone: does it work at all",
	.setup = start,
	.finish = end_nets,
	.actors = {
		{ "worker", worker },
	},
};
