// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ask for an id of the same peer, which dies (claim N2).
 *
 *	first			second			holder
 *	1. finds no id
 *				2. finds no id
 *	3. gives one
 *				4. gives another
 *							5. last put
 *	(worker)
 *	6. takes one of them away
 *	7. frees
 *
 * nsid_lock makes 2 wait for 3, and then there is an id.
 */
#include "scenario.h"

static void give(void)
{
	int id = scheme->peernet2id_alloc(lab_init_net, peer, GFP_KERNEL);

	lab_expect(id == 0, "a peer has one id, and it is the lowest");
	lab_put_net(peer);
}

static void start_held_thrice(void)
{
	start_nets();
	lab_get_net(peer);
	lab_get_net(peer);
}

const struct lab_scenario lab_scenario = {
	.name = "ids",
	.what = "two give the same peer an id, and all let it go",
	.setup = start_held_thrice,
	.finish = end_nets,
	.actors = {
		{ "first", give },
		{ "second", give },
		{ "holder", let_go },
	},
};
