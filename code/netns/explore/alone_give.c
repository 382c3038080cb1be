// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ids are given when nobody else is about. A scheme that guards well and
 * never gives one would be clean everywhere else.
 *
 *	asker
 *	1. gives the peer an id in the first net's table: 0
 *	2. asks again: 0
 *	3. gives another peer one: 1
 *	(a net dies)
 *	4. gives it no id, and none in its own table
 *	(a table is full)
 *	5. gives none there
 */
#include "scenario.h"
#include "watch.h"

static struct lab_net *other, *dead;

/* The worker never comes: who is dead stays where it is. */
static void start(void)
{
	lab_netns_begin(clean_up_for_us, false);
	peer = scheme->copy_net_ns();
	other = scheme->copy_net_ns();
	dead = scheme->copy_net_ns();
	lab_watch.on = true;
}

static int give(struct lab_net *net, struct lab_net *to)
{
	return scheme->peernet2id_alloc(net, to, GFP_KERNEL);
}

static void fill(struct lab_net *net)
{
	spin_lock(&net->nsid_lock);
	while (lab_idr_alloc(&net->netns_ids, net, -1) >= 0)
		;
	spin_unlock(&net->nsid_lock);
}

static void asker(void)
{
	lab_must(give(lab_init_net, peer) == 0,
		 "the first peer that gets an id in a table gets 0");
	lab_must(give(lab_init_net, peer) == 0,
		 "a peer that has an id keeps it");
	rcu_read_lock();
	lab_must(scheme->peernet2id_alloc(lab_init_net, other,
					  GFP_ATOMIC) == 1,
		 "the next peer gets the next id");
	rcu_read_unlock();
	lab_must(give(other, peer) == 0, "each table counts for itself");
	lab_must(atomic64_read(&lab_watch.notified) == 3,
		 "a message is sent for each new id, and for no other");
	lab_must(refcount_read(&peer->count) == 1 &&
		 refcount_read(&other->count) == 1,
		 "who gives an id keeps no reference, and drops none");

	lab_put_net(dead);
	lab_must(give(lab_init_net, dead) == LAB_NSID_NOT_ASSIGNED &&
		 lab_rtnl_net_dumpid(lab_init_net) == 2,
		 "a peer that is dead gets no id");
	lab_must(give(dead, peer) == LAB_NSID_NOT_ASSIGNED &&
		 lab_rtnl_net_dumpid(dead) == 0,
		 "no id is given in the table of a net that is dead");

	fill(other);
	lab_must(give(other, lab_init_net) == LAB_NSID_NOT_ASSIGNED,
		 "in a full table there is no id to be had");
	lab_must(refcount_read(&lab_init_net->count) == 1,
		 "who could not give an id has no reference left either");
	lab_must(atomic64_read(&lab_watch.notified) == 3,
		 "no message is sent of an id that was not given");
}

const struct lab_scenario lab_scenario = {
	.name = "alone_give",
	.what = "ids are given, alone: does it work at all",
	.setup = start,
	.finish = end_without_cleanup,
	.actors = {
		{ "asker", asker },
	},
};
