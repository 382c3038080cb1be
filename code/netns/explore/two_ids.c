// SPDX-License-Identifier: GPL-2.0-only
/*
 * ids.c, and somebody who uses the second id (claim N2).
 *
 *	first			second			look-up
 *	1. finds no id
 *				2. finds no id
 *				3. gives one, lets go
 *	4. gives another,
 *	   lets go: last put
 *	(worker)
 *	5. takes one of them away
 *	6. frees
 *							7. finds the peer by the
 *							   other, asks freed memory
 *
 * The worker looks for one id of a net in each table, as there can be no more
 * where rule 2 of netns.h holds.
 */
#include "scenario.h"

static void give(void)
{
	scheme->peernet2id_alloc(lab_init_net, peer, GFP_KERNEL);
	lab_put_net(peer);
}

static void look_second_up(void)
{
	struct lab_net *found = scheme->get_net_ns_by_id(lab_init_net, 1);

	if (found) {
		check_alive(found);
		lab_put_net(found);
	}
}

static void start_held_twice(void)
{
	start_nets();
	lab_get_net(peer);
}

const struct lab_scenario lab_scenario = {
	.name = "two_ids",
	.what = "two give the same peer an id and let it go; a second id is looked up",
	.setup = start_held_twice,
	.finish = end_nets,
	.actors = {
		{ "first", give },
		{ "second", give },
		{ "look-up", look_second_up },
	},
};
