/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the scenarios of this family share. A scenario is written once, for
 * whichever scheme it is built with (LAB_SCHEME_NAME).
 */
#ifndef LAB_NETNS_SCENARIO_H
#define LAB_NETNS_SCENARIO_H

#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "lab_scenario.h"
#include "scheme.h"
#include "watched.h"

#define LAB_SCHEME_PASTE_(name) lab_scheme_ ## name
#define LAB_SCHEME_PASTE(name) LAB_SCHEME_PASTE_(name)
#define scheme (&LAB_SCHEME_PASTE(LAB_SCHEME_NAME))

/* Held until somebody lets it go. Whoever has no reference looks by id. */
static struct lab_net *peer;

/* Dead nets are the worker's, as in the kernel. */
static inline void start_nets(void)
{
	lab_netns_begin(scheme->cleanup_net, true);
	peer = scheme->copy_net_ns();
}

static inline void start_known_peer(void)
{
	start_nets();
	scheme->peernet2id_alloc(lab_init_net, peer, GFP_KERNEL);
}

/* An actor of its own does what the worker would, and nothing wakes it. */
static inline void start_without_worker(void)
{
	lab_netns_begin(scheme->cleanup_net, false);
	peer = scheme->copy_net_ns();
	scheme->peernet2id_alloc(lab_init_net, peer, GFP_KERNEL);
}

static inline void end_nets(void)
{
	lab_netns_end();
}

/* The last reference goes: the cleanup begins. */
static inline void let_go(void)
{
	lab_put_net(peer);
}

static inline void check_alive(const struct lab_net *net)
{
	lab_expect(net->magic == LAB_ALIVE, "an id leads to a living net");
}

/* Some user of ids: the net that is called 0 here. */
static inline void look_up(void)
{
	struct lab_net *found = scheme->get_net_ns_by_id(lab_init_net, 0);

	if (found) {
		check_alive(found);
		lab_put_net(found);
	}
}

/* The id that @net has for @to, as its table says. */
static inline int id_of(struct lab_net *net, struct lab_net *to)
{
	int id;

	spin_lock(&net->nsid_lock);
	id = lab_peernet2id_held(net, to);
	spin_unlock(&net->nsid_lock);
	return id;
}

/* A dump that goes over all nets by RCU, and names each by an id. */
static inline void walk_list(void)
{
	struct lab_net *net;

	rcu_read_lock();
	lab_for_each_net_rcu(net)
		scheme->peernet2id_alloc(lab_init_net, net, GFP_ATOMIC);
	rcu_read_unlock();
}

/* The last message, and how many there were: for who is alone. */
static struct {
	struct lab_net *net;
	enum lab_nsid_cmd cmd;
	int id;
	gfp_t gfp;
	unsigned int nr;
} last_heard;

static inline void hear(struct lab_net *net, enum lab_nsid_cmd cmd, int id,
			gfp_t gfp)
{
	last_heard.net = net;
	last_heard.cmd = cmd;
	last_heard.id = id;
	last_heard.gfp = gfp;
	last_heard.nr++;
}

/*
 * From here on rtnl is held for the list alone. What the holder had used when
 * it took rtnl is kept here, under rtnl.
 */
static unsigned int used_before[LAB_USED_NR];

static inline void watch_rtnl(bool held)
{
	if (held) {
		used_before[LAB_USED_LOCKS] = lab_used(LAB_USED_LOCKS);
		used_before[LAB_USED_WAITS] = lab_used(LAB_USED_WAITS);
		used_before[LAB_USED_ALLOCATIONS] =
			lab_used(LAB_USED_ALLOCATIONS);
		return;
	}
	lab_must(lab_used(LAB_USED_WAITS) == used_before[LAB_USED_WAITS],
		 "with rtnl held nobody waits, for a grace period or for anything else");
	lab_must(lab_used(LAB_USED_ALLOCATIONS) ==
		 used_before[LAB_USED_ALLOCATIONS],
		 "with rtnl held nothing is allocated, and so no message sent");
	lab_must(lab_used(LAB_USED_LOCKS) == used_before[LAB_USED_LOCKS],
		 "with rtnl held no other lock is taken, and so no table looked at");
}

/*
 * For scenarios about what gives and finds ids: a worker of their own, as the
 * scheme's may not be written yet. Nobody has ids but the first net.
 */
static inline void clean_up_for_us(void)
{
	struct llist_node *dead = llist_del_all(&lab_cleanup_list);
	struct lab_net *net = llist_entry(dead, struct lab_net, cleanup_list);

	lab_rtnl_lock();
	list_del_rcu(&net->list);
	lab_rtnl_unlock();
	spin_lock(&lab_init_net->nsid_lock);
	lab_idr_remove(&lab_init_net->netns_ids,
		       lab_peernet2id_held(lab_init_net, net));
	spin_unlock(&lab_init_net->nsid_lock);
	synchronize_rcu();
	lab_free_net(net);
}

/*
 * Nobody is about any more, and whatever is left goes, one after the other:
 * the explorer need not try callbacks in each order.
 */
static inline void end_without_cleanup(void)
{
	struct lab_net *net, *next;

	lab_flush_cleanup();
	list_for_each_entry_safe(net, next, &lab_net_namespace_list, list) {
		if (net == lab_init_net)
			continue;
		list_del_rcu(&net->list);
		lab_idr_destroy(&net->netns_ids);
		rcu_barrier();
		lab_free_net(net);
	}
	lab_netns_end();
}

#endif
