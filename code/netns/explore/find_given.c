// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ids are looked up while others are given and taken away in the same table.
 *
 *	look-up			another			giver
 *	1. finds 0
 *							2. gives 4: a new part
 *							   of the table
 *				3. finds 0
 *							4. takes 8 away: frees a
 *							   part
 *	5. finds 4 and 8, or not
 *
 * Nobody takes 0 away: it is found, whatever else happens. And once all is
 * over, 4 is found and 8 is not.
 */
#include "scenario.h"

static struct lab_net *given, *taken;

static void start(void)
{
	lab_netns_begin(clean_up_for_us, false);
	peer = scheme->copy_net_ns();
	given = scheme->copy_net_ns();
	taken = scheme->copy_net_ns();
	lab_idr_alloc(&lab_init_net->netns_ids, peer, 0);
	lab_idr_alloc(&lab_init_net->netns_ids, taken, 8);
}

static void find(int id, struct lab_net *to, bool always)
{
	struct lab_net *found = scheme->get_net_ns_by_id(lab_init_net, id);

	lab_must(found == to || (!always && !found), always ?
		 "an id that is there is found, whatever else is changed" :
		 "an id leads to the net that it was given to, or nowhere");
	if (found)
		lab_put_net(found);
}

static void look(void)
{
	find(0, peer, true);
	find(4, given, false);
	find(8, taken, false);
}

static void look_for_the_peer(void)
{
	find(0, peer, true);
}

static void change(void)
{
	spin_lock(&lab_init_net->nsid_lock);
	lab_idr_alloc(&lab_init_net->netns_ids, given, 4);
	spin_unlock(&lab_init_net->nsid_lock);
	spin_lock(&lab_init_net->nsid_lock);
	lab_idr_remove(&lab_init_net->netns_ids, 8);
	spin_unlock(&lab_init_net->nsid_lock);
}

static void end(void)
{
	find(0, peer, true);
	find(4, given, true);
	lab_must(!scheme->get_net_ns_by_id(lab_init_net, 8),
		 "an id that was taken away leads nowhere");
	lab_must(refcount_read(&peer->count) == 1 &&
		 refcount_read(&given->count) == 1 &&
		 refcount_read(&taken->count) == 1,
		 "a look-up gives one reference, and no more");
	end_without_cleanup();
}

const struct lab_scenario lab_scenario = {
	.name = "find_given",
	.what = "two look ids up while others come and go",
	.setup = start,
	.finish = end,
	.actors = {
		{ "look-up", look },
		{ "another", look_for_the_peer },
		{ "giver", change },
	},
};
