// SPDX-License-Identifier: GPL-2.0-only
/*
 * An id is given to a peer that dies meanwhile (claim N3): cleanup.c for the
 * function that gives, by itself.
 *
 *	holder			dump, by RCU
 *	1. last put
 *				2. finds the net in the list
 *	(worker, the scenario's own)
 *	3. off the list
 *	4. no id for it in the table
 *				5. asks: dead
 *	6. waits for 2's section
 *	7. frees
 *
 * An id that is given after 4 stays, and leads to what 7 frees.
 */
#include "scenario.h"

static struct lab_net *dying;

static void start(void)
{
	lab_netns_begin(clean_up_for_us, true);
	peer = scheme->copy_net_ns();
	dying = peer;
}

static void end(void)
{
	lab_must(id_of(lab_init_net, dying) < 0,
		 "no table has an id for a net that has been freed");
	end_without_cleanup();
}

const struct lab_scenario lab_scenario = {
	.name = "give_dying",
	.what = "a net's last put, and a dump that gives ids",
	.setup = start,
	.finish = end,
	.actors = {
		{ "holder", let_go },
		{ "dump", walk_list },
	},
};
