// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody dies while the worker is at another, and a net that was born since
 * has an id for it.
 *
 *	holder			creator
 *	1. last put
 *	(worker)
 *	2. takes the peer off
 *	3. notes the last net
 *				4. adds a net behind it
 *				5. gives the other an id there
 *				6. last put of the other
 *	7. takes the peer's ids
 *	   out of the tables
 *	8. takes the other off, notes
 *	   the last net anew
 *	9. comes to the table of 4
 *
 * A bound is good for those who were dead when it was noted. Whoever died
 * later may have an id in a table behind it.
 */
#include "scenario.h"

static struct lab_net *other, *last, *born;

/* The other is not the last one: whoever is keeps the bound. */
static void start(void)
{
	start_nets();
	other = scheme->copy_net_ns();
	last = scheme->copy_net_ns();
}

static void add(void)
{
	born = scheme->copy_net_ns();
	scheme->peernet2id_alloc(born, other, GFP_KERNEL);
	lab_put_net(other);
}

static void end(void)
{
	lab_flush_cleanup();
	lab_must(!lab_rtnl_net_dumpid(born),
		 "no table has an id for a net that has been freed, a new net's neither");
	lab_put_net(born);
	lab_put_net(last);
	end_nets();
}

const struct lab_scenario lab_scenario = {
	.name = "dies_meanwhile",
	.what = "a net dies while another is cleaned up, and a new one knows it",
	.setup = start,
	.finish = end,
	.actors = {
		{ "holder", let_go },
		{ "creator", add },
	},
};
