// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dead net's id is in another net's table, and the first net's is empty.
 * Memory may be short, for a message or for an id.
 *
 *	holder			giver			look-up
 *	1. last put
 *	(worker)
 *	2. looks at the first
 *	   net's table
 *				3. gives an id in the
 *				   other table
 *							4. looks one up in it
 *	5. takes the id away
 *	   from the other table
 *
 * 3 and 5 change a table that is not the first net's.
 */
#include "scenario.h"

static struct lab_net *other;
static int given;

static void start(void)
{
	start_nets();
	other = scheme->copy_net_ns();
	scheme->peernet2id_alloc(other, peer, GFP_KERNEL);
}

static void give(void)
{
	given = scheme->peernet2id_alloc(other, lab_init_net, GFP_KERNEL);
}

static void look_it_up(void)
{
	struct lab_net *found = scheme->get_net_ns_by_id(other, 0);

	if (found) {
		check_alive(found);
		lab_put_net(found);
	}
}

static void end(void)
{
	lab_flush_cleanup();
	lab_must(id_of(other, peer) < 0,
		 "no table has an id for a net that has been freed");
	lab_must(id_of(other, lab_init_net) == given,
		 "an id that was given meanwhile is in the table");
	lab_must(lab_rtnl_net_dumpid(other) == (given >= 0),
		 "nobody else has an id");
	lab_put_net(other);
	end_nets();
}

const struct lab_scenario lab_scenario = {
	.name = "second_table",
	.what = "a net's last put, and others at a table that is not the first",
	.setup = start,
	.finish = end,
	.alloc_failures = 1,
	.actors = {
		{ "holder", let_go },
		{ "giver", give },
		{ "look-up", look_it_up },
	},
};
