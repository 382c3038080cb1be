/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The netns family: network namespaces, and the ids by which they know one
 * another.
 *
 *	lab_net_namespace_list --> lab_net --> lab_net --> lab_net
 *					|
 *					+-- netns_ids: 0 --> some lab_net
 *						       1 --> another
 *
 * A net's table leads to its peers, and holds no reference on them. When a
 * peer dies, its id must leave every table before the peer is freed. What
 * the three schemes differ in is who walks the list for that, how often, and
 * with which lock held.
 *
 * Four rules hold in every scheme, as they do in the kernel:
 *
 * 1. A net whose count has dropped to 0 stays dead: references are taken only
 *    from a net that still has one (lab_maybe_get_net()).
 * 2. A table changes under its net's nsid_lock only, as long as anybody may hold
 *    the net. The table of one that is dead and off the list is the worker's.
 * 3. A net joins the list at its end, and leaves it in lab_cleanup_net()
 *    only, which no two threads run at the same time.
 * 4. A net is freed a grace period after it left the list and the tables.
 */
#ifndef LAB_NETNS_H
#define LAB_NETNS_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "lab.h"
#include "lab_idr.h"

/* No id has been given: NETNSA_NSID_NOT_ASSIGNED. */
#define LAB_NSID_NOT_ASSIGNED	(-1)

/**
 * struct lab_net - a network namespace
 * @count: references. 0 is for good: the net waits for its cleanup, while
 *	tables and RCU readers may still lead to it
 * @list: on lab_net_namespace_list, under rtnl; walked by RCU as well
 * @nsid_lock: guards @netns_ids; nests inside rtnl, nothing sleeps under it
 * @netns_ids: the ids that this net has for its peers
 * @is_dying: in batched.c, set under rtnl when the net leaves the list
 * @cleanup_list: dead, and not yet taken up by the worker
 * @exit_list: of the worker: those that it is cleaning up
 * @magic: %LAB_ALIVE until it is freed
 *
 * Mirrors struct net.
 */
struct lab_net {
	refcount_t count;
	struct list_head list;
	spinlock_t nsid_lock; /* @netns_ids */
	struct lab_idr netns_ids;
	bool is_dying;
	struct llist_node cleanup_list;
	struct list_head exit_list;
	unsigned int magic;
};

/**
 * struct lab_net_file - an open file that stands for a net
 * @lock: guards @net
 * @net: with a reference; NULL once the file is closed
 *
 * As from open("/proc/PID/ns/net"). A request that names a peer names it by
 * such a file.
 */
struct lab_net_file {
	spinlock_t lock; /* @net */
	struct lab_net *net;
};

/**
 * enum lab_nsid_cmd - what a message is about
 * @LAB_NEWNSID: an id has been given (RTM_NEWNSID)
 * @LAB_DELNSID: an id has been taken away (RTM_DELNSID)
 */
enum lab_nsid_cmd { LAB_NEWNSID, LAB_DELNSID };

extern struct list_head lab_net_namespace_list;
extern struct llist_head lab_cleanup_list;
extern struct lab_net *lab_init_net;

/**
 * lab_for_each_net() - walk the list of nets
 * @net: each of them
 *
 * Context: Holds rtnl, or is the cleanup worker, which alone takes nets off
 * the list. Without rtnl the last net's link is somebody else's to write.
 */
#define lab_for_each_net(net) \
	list_for_each_entry(net, &lab_net_namespace_list, list)

/**
 * lab_for_each_net_rcu() - walk the list of nets by RCU
 * @net: each of them; may be dead already (lab_maybe_get_net())
 *
 * Context: Under rcu_read_lock().
 */
#define lab_for_each_net_rcu(net) \
	list_for_each_entry_rcu(net, &lab_net_namespace_list, list)

/* namespaces.c: what all schemes share */
int lab_netns_begin(void (*cleanup_net)(void), bool worker);
void lab_flush_cleanup(void);
void lab_netns_end(void);
void lab_rtnl_lock(void);
void lab_rtnl_unlock(void);
struct lab_net *lab_alloc_net(void);
void lab_free_net(struct lab_net *net);
void lab_put_net(struct lab_net *net);
struct lab_net *lab_get_net_ns_by_fd(struct lab_net_file *file);
void lab_close_net_file(struct lab_net_file *file);
int lab_peernet2id_held(const struct lab_net *net, const struct lab_net *peer);
int lab_rtnl_net_dumpid(struct lab_net *net);
void lab_rtnl_net_notifyid(struct lab_net *net, enum lab_nsid_cmd cmd, int id,
			   gfp_t gfp);

/**
 * lab_get_net() - one more reference on a net
 * @net: the caller holds one already
 *
 * Context: Any.
 * Return: @net.
 */
static inline struct lab_net *lab_get_net(struct lab_net *net)
{
	refcount_inc(&net->count);
	return net;
}

/**
 * lab_maybe_get_net() - a reference on a net that may be dead
 * @net: its memory stays: the caller found it under rcu_read_lock(), or in a
 *	table whose nsid_lock it holds
 *
 * Context: Any.
 * Return: @net, or NULL when its last reference is gone.
 */
static inline struct lab_net *lab_maybe_get_net(struct lab_net *net)
{
	return refcount_inc_not_zero(&net->count) ? net : NULL;
}

#endif /* LAB_NETNS_H */
