// SPDX-License-Identifier: GPL-2.0-only
/*
 * dying_table.c with a reference on the net whose table it is.
 */
#include "scenario.h"

static void name_in_each(void)
{
	struct lab_net *net, *held = NULL;

	rcu_read_lock();
	lab_for_each_net_rcu(net)
		if (net != lab_init_net && !held)
			held = lab_maybe_get_net(net);
	rcu_read_unlock();
	if (!held)
		return;
	scheme->peernet2id_alloc(held, lab_init_net, GFP_KERNEL);
	lab_put_net(held);
}

const struct lab_scenario lab_scenario = {
	.name = "held_table",
	.what = "an id is given in the table of a net that may be the last held",
	.setup = start_known_peer,
	.finish = end_nets,
	.actors = {
		{ "holder", let_go },
		{ "dump", name_in_each },
		{ "look-up", look_up },
	},
};
