// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ids are looked up when nobody else is about. A look-up that always says
 * "nothing there" would be clean everywhere else.
 *
 *	look-up
 *	1. looks each id of two tables up: its net, with a reference
 *	2. looks up what nobody has: nothing
 *	3. does so with interrupts off: they stay off
 *	(an id is given to another net: the look-up finds that one)
 *	(the peer dies)
 *	4. looks its id up: nothing
 */
#include "scenario.h"

#define NR 12	/* three nodes of the table */

static struct lab_net *nets[NR], *late;

static void start(void)
{
	unsigned int i;

	lab_netns_begin(clean_up_for_us, false);
	for (i = 0; i < NR; i++) {
		nets[i] = scheme->copy_net_ns();
		lab_idr_alloc(&lab_init_net->netns_ids, nets[i], -1);
	}
	late = scheme->copy_net_ns();
	peer = nets[0];
	/* Another table has the same ids for other nets. */
	for (i = 0; i < NR; i++)
		lab_idr_alloc(&nets[1]->netns_ids, nets[NR - 1 - i], -1);
}

static void finds(struct lab_net *net, int id, struct lab_net *to)
{
	unsigned int waits = lab_used(LAB_USED_WAITS);
	unsigned int before = to ? refcount_read(&to->count) : 0;
	struct lab_net *found = scheme->get_net_ns_by_id(net, id);

	lab_must(lab_used(LAB_USED_WAITS) == waits,
		 "a look-up waits for nobody");
	if (!to) {
		lab_must(!found, "an id that nobody has leads nowhere");
		return;
	}
	lab_must(found == to, "an id leads to the net that it was given to");
	lab_must(refcount_read(&to->count) == before + 1,
		 "who looks an id up gets one reference");
	lab_put_net(found);
}

static void look_all_up(void)
{
	int i;

	for (i = 0; i < NR; i++) {
		finds(lab_init_net, i, nets[i]);
		finds(nets[1], i, nets[NR - 1 - i]);
	}
	finds(lab_init_net, NR, NULL);
	finds(lab_init_net, 1000, NULL);
	finds(lab_init_net, -1, NULL);
	lab_must(!scheme->get_net_ns_by_id(peer, 0),
		 "an empty table leads nowhere");
	local_irq_disable();
	finds(lab_init_net, 0, peer);
	finds(lab_init_net, NR, NULL);
	lab_must(irqs_disabled(),
		 "interrupts are off for the caller, and stay so");
	local_irq_enable();
}

static void look_up_what_changed(void)
{
	spin_lock(&lab_init_net->nsid_lock);
	lab_idr_remove(&lab_init_net->netns_ids, 5);
	spin_unlock(&lab_init_net->nsid_lock);
	finds(lab_init_net, 5, NULL);
	spin_lock(&lab_init_net->nsid_lock);
	lab_idr_alloc(&lab_init_net->netns_ids, late, 5);
	spin_unlock(&lab_init_net->nsid_lock);
	finds(lab_init_net, 5, late);
}

static void look_up_alone(void)
{
	look_all_up();
	look_up_what_changed();
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
