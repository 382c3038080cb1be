// SPDX-License-Identifier: GPL-2.0-only
/*
 * A net is added while the walk goes on (claim N6).
 *
 *	worker			creator
 *	1. takes the peer off
 *	2. notes the last net
 *				3. adds a net behind it
 *	4. looks at the last net
 *	5. stops
 *
 * Had it gone on, it would have read the link that 3 writes, plainly and
 * with no lock in common. What it would have found there is harmless: a net
 * that was born after the peer died has no id for it.
 */
#include "scenario.h"

static struct lab_net *last, *born;

/* The peer is last, and once it is off, the last net is not the first as well. */
static void start(void)
{
	start_known_peer();
	last = scheme->copy_net_ns();
	list_move_tail(&peer->list, &lab_net_namespace_list);
}

static void add(void)
{
	born = scheme->copy_net_ns();
	scheme->peernet2id_alloc(born, lab_init_net, GFP_KERNEL);
}

static void end_born(void)
{
	lab_put_net(born);
	lab_put_net(last);
	end_nets();
}

const struct lab_scenario lab_scenario = {
	.name = "adding",
	.what = "a net is added and gives an id while another is cleaned up",
	.setup = start,
	.finish = end_born,
	.actors = {
		{ "holder", let_go },
		{ "creator", add },
		{ "look-up", look_up },
	},
};
