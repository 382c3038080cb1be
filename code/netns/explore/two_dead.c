// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two nets have died when the worker comes, and it takes up both (claim N9).
 *
 *	worker			look-up			asker
 *	1. takes both off, marks them
 *	2. removes the first's id
 *	3. lets the lock go,
 *	   sends a message
 *							4. gives an id
 *				5. finds the second, asks: dead
 *	6. goes on in the table
 *
 * 2 may have taken the last entry of a part of the table. The part is freed
 * a grace period later, which can be over before 6: so 6 must not stand in it.
 */
#include "scenario.h"

static struct lab_net *other, *third;

static void start_dead(void)
{
	start_without_worker();
	other = scheme->copy_net_ns();
	scheme->peernet2id_alloc(lab_init_net, other, GFP_KERNEL);
	third = scheme->copy_net_ns();
	lab_put_net(peer);
	lab_put_net(other);
}

static void look_both_up(void)
{
	struct lab_net *found = scheme->get_net_ns_by_id(lab_init_net, 1);

	lab_expect(!found || found == third, "a dead net is not found");
	if (found)
		lab_put_net(found);
}

static void give(void)
{
	scheme->peernet2id_alloc(lab_init_net, third, GFP_KERNEL);
}

static void end_third(void)
{
	lab_expect(scheme->peernet2id(lab_init_net, peer) < 0 &&
		   scheme->peernet2id(lab_init_net, other) < 0,
		   "no table has an id for a net that has been freed");
	lab_put_net(third);
	scheme->cleanup_net();
	end_nets();
}

static void work(void)
{
	scheme->cleanup_net();
}

const struct lab_scenario lab_scenario = {
	.name = "two_dead",
	.what = "two dead nets are cleaned up at once, among others' ids",
	.setup = start_dead,
	.finish = end_third,
	.actors = {
		{ "worker", work },
		{ "look-up", look_both_up },
		{ "asker", give },
	},
};
