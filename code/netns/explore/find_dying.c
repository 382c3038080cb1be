// SPDX-License-Identifier: GPL-2.0-only
/*
 * An id is looked up while its net dies (claim N2): kept.c for the function
 * that looks up, by itself.
 *
 *	holder			look-up
 *				1. finds the net by its id
 *	2. last put
 *	(worker, the scenario's own)
 *	3. takes its id out of the table
 *				4. asks: dead
 *	5. waits for 1's section
 *	6. frees
 */
#include "scenario.h"

static void start(void)
{
	lab_netns_begin(clean_up_for_us, true);
	peer = scheme->copy_net_ns();
	lab_idr_alloc(&lab_init_net->netns_ids, peer, -1);
}

/* Uses what it has found for a while. */
static void look_up_and_use(void)
{
	struct lab_net *found = scheme->get_net_ns_by_id(lab_init_net, 0);

	if (!found)
		return;
	cond_resched();
	check_alive(found);
	lab_put_net(found);
}

const struct lab_scenario lab_scenario = {
	.name = "find_dying",
	.what = "a net's last put, and two look-ups of its id",
	.setup = start,
	.finish = end_without_cleanup,
	.actors = {
		{ "holder", let_go },
		{ "look-up", look_up_and_use },
		{ "another", look_up_and_use },
	},
};
