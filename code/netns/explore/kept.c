// SPDX-License-Identifier: GPL-2.0-only
/*
 * A net is found by its id, and kept, while its last reference goes (claims
 * N2, N3).
 *
 *	holder			look-up
 *	1. last put
 *				2. finds it by its id
 *	(worker)
 *	3. waits for 2's section
 *				4. takes a reference: too late
 *	5. frees
 *				6. uses it
 *
 * A count that has been 0 must stay so: 4 has to ask. The kernel's once did
 * not.
 */
#include "scenario.h"

static struct lab_net *kept;

static void look_up_and_keep(void)
{
	kept = scheme->get_net_ns_by_id(lab_init_net, 0);
	if (kept) {
		lab_point(found);
		cond_resched();
		check_alive(kept);
	}
}

static void end_kept(void)
{
	if (kept)
		lab_put_net(kept);
	end_nets();
}

const struct lab_scenario lab_scenario = {
	.name = "kept",
	.what = "a net that is found by its id is kept, and stays",
	.setup = start_known_peer,
	.finish = end_kept,
	.actors = {
		{ "holder", let_go },
		{ "look-up", look_up_and_keep },
	},
};
