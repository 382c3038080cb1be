// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ids are given when nobody else is about. A scheme that guards well and
 * never gives one would be clean everywhere else.
 *
 *	asker
 *	1. gives the first peer an id in the first net's table: 0
 *	2. asks again: 0
 *	3. gives eleven more one, interrupts off: 1 to 11
 *	4. asks for each again: the same, and nobody is told
 *	5. gives ids in other tables, also a net to itself
 *	(a net dies)
 *	6. gives it no id, and none in its own table
 *	(a table is full)
 *	7. gives none there
 */
#include "scenario.h"

#define NR 12	/* three nodes of the table */

static struct lab_net *peers[NR], *dead;

/* The worker never comes: who is dead stays where it is. */
static void start(void)
{
	unsigned int i;

	lab_netns_begin(clean_up_for_us, false);
	for (i = 0; i < NR; i++)
		peers[i] = scheme->copy_net_ns();
	dead = scheme->copy_net_ns();
	lab_watch.heard = hear;
}

/* An id, and what must become of the asking beside it. */
static int give(struct lab_net *net, struct lab_net *to, gfp_t gfp)
{
	unsigned int waits = lab_used(LAB_USED_WAITS);
	unsigned int told = last_heard.nr;
	int before = id_of(net, to), id;

	id = scheme->peernet2id_alloc(net, to, gfp);
	lab_must(lab_used(LAB_USED_WAITS) == waits,
		 "who gives an id waits for nothing that sleeps");
	lab_must(before < 0 || id == before,
		 "a peer that has an id keeps it");
	if (id < 0 || before >= 0) {
		lab_must(last_heard.nr == told,
			 "no message is sent where no id is new");
		return id;
	}
	lab_must(lab_idr_find(&net->netns_ids, id) == to,
		 "an id that was given leads to its peer");
	lab_must(last_heard.nr == told + 1,
		 "a message is sent for each new id, and one only");
	lab_must(last_heard.net == net && last_heard.cmd == LAB_NEWNSID &&
		 last_heard.id == id,
		 "who listens on the table's net is told that this id is new");
	lab_must(last_heard.gfp == gfp,
		 "the message is allocated as the caller said");
	return id;
}

static void give_to_all(void)
{
	int i;

	lab_must(give(lab_init_net, peers[0], GFP_KERNEL) == 0,
		 "the first peer that gets an id in a table gets 0");
	give(lab_init_net, peers[0], GFP_KERNEL);
	local_irq_disable();
	for (i = 1; i < NR; i++)
		lab_must(give(lab_init_net, peers[i], GFP_ATOMIC) == i,
			 "the next peer gets the next id");
	for (i = 0; i < NR; i++)
		give(lab_init_net, peers[i], GFP_ATOMIC);
	lab_must(irqs_disabled(),
		 "interrupts are off for the caller, and stay so");
	local_irq_enable();
	lab_must(lab_rtnl_net_dumpid(lab_init_net) == NR,
		 "each peer has one id");
}

static void give_elsewhere(void)
{
	lab_must(give(peers[1], peers[0], GFP_KERNEL) == 0 &&
		 give(peers[1], lab_init_net, GFP_KERNEL) == 1 &&
		 give(peers[2], peers[0], GFP_KERNEL) == 0 &&
		 give(peers[0], lab_init_net, GFP_KERNEL) == 0,
		 "each table counts for itself");
	give(peers[1], lab_init_net, GFP_KERNEL);
	lab_must(give(peers[1], peers[1], GFP_KERNEL) == 2,
		 "a net may have an id in its own table");
	lab_must(refcount_read(&peers[0]->count) == 1 &&
		 refcount_read(&peers[1]->count) == 1 &&
		 refcount_read(&lab_init_net->count) == 1,
		 "who gives an id keeps no reference, and drops none");
}

static void give_to_the_dead(void)
{
	lab_must(give(dead, peers[0], GFP_KERNEL) == 0,
		 "a net that lives has a table of its own");
	lab_put_net(dead);
	rcu_read_lock();
	lab_must(give(lab_init_net, dead, GFP_ATOMIC) ==
		 LAB_NSID_NOT_ASSIGNED &&
		 give(peers[1], dead, GFP_ATOMIC) == LAB_NSID_NOT_ASSIGNED &&
		 lab_rtnl_net_dumpid(lab_init_net) == NR,
		 "a peer that is dead gets no id");
	rcu_read_unlock();
	lab_must(give(dead, peers[1], GFP_KERNEL) == LAB_NSID_NOT_ASSIGNED &&
		 lab_rtnl_net_dumpid(dead) == 1,
		 "no id is given in the table of a net that is dead");
	lab_must(!refcount_read(&dead->count), "who is dead stays dead");
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
	give_to_all();
	give_elsewhere();
	give_to_the_dead();
	fill(peers[3]);
	lab_must(give(peers[3], lab_init_net, GFP_KERNEL) ==
		 LAB_NSID_NOT_ASSIGNED,
		 "in a full table there is no id to be had");
	lab_must(refcount_read(&lab_init_net->count) == 1,
		 "who could not give an id has no reference left either");
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
