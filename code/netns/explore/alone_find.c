// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ids are looked up when nobody else is about. A look-up that always says
 * "nothing there" would be clean everywhere else.
 *
 *	look-up
 *	1. looks 0 up: the peer, with a reference
 *	2. looks up what nobody has: nothing
 *	(the peer dies)
 *	3. looks 0 up: nothing
 */
#include "scenario.h"

static void start(void)
{
	lab_netns_begin(clean_up_for_us, false);
	peer = scheme->copy_net_ns();
	lab_idr_alloc(&lab_init_net->netns_ids, peer, -1);
}

static void look_up_alone(void)
{
	struct lab_net *found = scheme->get_net_ns_by_id(lab_init_net, 0);

	lab_must(found == peer, "an id leads to the net that it was given to");
	lab_must(refcount_read(&peer->count) == 2,
		 "who looks an id up gets one reference");
	if (found)
		lab_put_net(found);
	lab_must(!scheme->get_net_ns_by_id(lab_init_net, 1) &&
		 !scheme->get_net_ns_by_id(lab_init_net, 1000) &&
		 !scheme->get_net_ns_by_id(lab_init_net, -1),
		 "an id that nobody has leads nowhere");
	lab_must(!scheme->get_net_ns_by_id(peer, 0),
		 "an empty table leads nowhere");
	lab_put_net(peer);
	rcu_read_lock();
	lab_must(!scheme->get_net_ns_by_id(lab_init_net, 0),
		 "the id of a net that is dead leads nowhere");
	rcu_read_unlock();
	lab_must(!refcount_read(&peer->count),
		 "a net that is dead stays dead");
}

const struct lab_scenario lab_scenario = {
	.name = "alone_find",
	.what = "ids are looked up, alone: does it work at all",
	.setup = start,
	.finish = end_without_cleanup,
	.actors = {
		{ "look-up", look_up_alone },
	},
};
