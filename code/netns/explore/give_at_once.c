// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two nets give each other an id, and two give the same peer one.
 *
 *	first			second			third
 *	1. gives B an id in A
 *				2. gives A an id in B
 *							3. gives B an id in A
 *
 * 1 and 2 are about the same two nets, the other way round: who holds both
 * nsid_locks has to fear the other. 1 and 3 have to agree.
 */
#include "scenario.h"

static void give(void)
{
	int id = scheme->peernet2id_alloc(lab_init_net, peer, GFP_KERNEL);

	lab_must(id == 0, "a peer has one id, and it is the lowest");
}

static void give_back(void)
{
	int id = scheme->peernet2id_alloc(peer, lab_init_net, GFP_KERNEL);

	lab_must(id == 0, "a peer has one id, and it is the lowest");
}

static void start(void)
{
	lab_netns_begin(clean_up_for_us, false);
	peer = scheme->copy_net_ns();
}

static void end(void)
{
	lab_must(lab_rtnl_net_dumpid(lab_init_net) == 1 &&
		 lab_rtnl_net_dumpid(peer) == 1,
		 "each table has one id for the one peer");
	end_without_cleanup();
}

const struct lab_scenario lab_scenario = {
	.name = "give_at_once",
	.what = "two nets give each other an id, and two give the same one",
	.setup = start,
	.finish = end,
	.actors = {
		{ "first", give },
		{ "second", give_back },
		{ "third", give },
	},
};
