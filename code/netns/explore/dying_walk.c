// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk meets a net that has died since it began.
 *
 *	holder			another			look-up, by RCU
 *	1. last put
 *	(worker)
 *	2. takes the peer off
 *				3. last put of a net
 *				   that knows the peer
 *							4. finds that net in
 *							   the list
 *	5. comes to that net:
 *	   dead, but on the list
 *	6. frees the peer
 *							7. looks the peer up in
 *							   that net's table
 *
 * Whoever is on the list can be found, and so can what its table leads to: 5
 * takes the peer's id out of it as well.
 */
#include "scenario.h"

static struct lab_net *other;

static void start(void)
{
	start_nets();
	other = scheme->copy_net_ns();
	scheme->peernet2id_alloc(other, peer, GFP_KERNEL);
}

static void let_other_go(void)
{
	lab_put_net(other);
}

static void look_up_in_each(void)
{
	struct lab_net *net, *found;

	rcu_read_lock();
	lab_for_each_net_rcu(net) {
		found = scheme->get_net_ns_by_id(net, 0);
		if (found) {
			check_alive(found);
			lab_put_net(found);
		}
	}
	rcu_read_unlock();
}

const struct lab_scenario lab_scenario = {
	.name = "dying_walk",
	.what = "a net dies while another's ids are taken away, and is found",
	.setup = start,
	.finish = end_nets,
	.actors = {
		{ "holder", let_go },
		{ "another", let_other_go },
		{ "look-up", look_up_in_each },
	},
};
