// SPDX-License-Identifier: GPL-2.0-only
/*
 * Three give ids in the table of a net that is not the first: two name the same
 * peer, and one names another. Memory may be short for one of them.
 *
 *	first			second			third
 *	1. gives the peer an id
 *				2. gives the first net one
 *							3. gives the peer an id
 *
 * What 1 and 2 have in common is the table, and not the peer. 1 and 3 have to
 * agree. Whoever gets no memory gives no id, and holds nothing.
 */
#include "scenario.h"

static struct lab_net *other;
static int id[3];

static void start(void)
{
	lab_netns_begin(clean_up_for_us, false);
	peer = scheme->copy_net_ns();
	other = scheme->copy_net_ns();
}

static void first(void)
{
	id[0] = scheme->peernet2id_alloc(other, peer, GFP_KERNEL);
}

static void second(void)
{
	id[1] = scheme->peernet2id_alloc(other, lab_init_net, GFP_KERNEL);
}

static void third(void)
{
	id[2] = scheme->peernet2id_alloc(other, peer, GFP_KERNEL);
}

static void agree(int said, struct lab_net *to)
{
	lab_must(said == LAB_NSID_NOT_ASSIGNED || said == id_of(other, to),
		 "who asks for an id is told the one that is in the table");
}

static void end(void)
{
	agree(id[0], peer);
	agree(id[1], lab_init_net);
	agree(id[2], peer);
	lab_must((id[0] < 0) + (id[1] < 0) + (id[2] < 0) <= 1,
		 "where one has no memory the others get their id");
	lab_must(scheme->peernet2id_alloc(other, peer, GFP_KERNEL) >= 0 &&
		 scheme->peernet2id_alloc(other, lab_init_net,
					  GFP_KERNEL) >= 0 &&
		 lab_rtnl_net_dumpid(other) == 2,
		 "in the end each peer has one id");
	lab_must(refcount_read(&peer->count) == 1 &&
		 refcount_read(&lab_init_net->count) == 1 &&
		 refcount_read(&other->count) == 1,
		 "who gives an id keeps no reference, and drops none");
	end_without_cleanup();
}

const struct lab_scenario lab_scenario = {
	.name = "give_others",
	.what = "ids are given to two peers in one table, and memory is short",
	.setup = start,
	.finish = end,
	.alloc_failures = 1,
	.actors = {
		{ "first", first },
		{ "second", second },
		{ "third", third },
	},
};
