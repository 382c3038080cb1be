// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right, in another way: look-ups go by nsid_lock instead of by RCU, the peer's
 * count is only looked at under it, and one way out of each function.
 *
 * An id that is in a table leads to a net that the worker has not freed, as it
 * takes this lock before. A peer whose count is not 0 under the lock will be
 * walked for after the lock is released.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "netns.h"
#include "watch.h"

static int lab_peernet2id_alloc(struct lab_net *net, struct lab_net *peer,
				gfp_t gfp)
{
	int id = LAB_NSID_NOT_ASSIGNED;
	bool tell = false;

	spin_lock(&net->nsid_lock);
	if (refcount_read(&net->count))
		id = lab_peernet2id_held(net, peer);
	if (id < 0 && refcount_read(&net->count) &&
	    refcount_read(&peer->count)) {
		id = lab_idr_alloc(&net->netns_ids, peer, -1);
		tell = id >= 0;
	}
	spin_unlock(&net->nsid_lock);
	if (tell)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, id, gfp);
	return id >= 0 ? id : LAB_NSID_NOT_ASSIGNED;
}

static int lab_peernet2id(const struct lab_net *net,
			  const struct lab_net *peer)
{
	int id;

	rcu_read_lock();
	id = lab_peernet2id_held(net, peer);
	rcu_read_unlock();
	return id;
}

static struct lab_net *lab_get_net_ns_by_id(const struct lab_net *net, int id)
{
	spinlock_t *lock = (spinlock_t *)&net->nsid_lock;
	struct lab_net *peer;

	spin_lock(lock);
	peer = lab_idr_find(&net->netns_ids, id);
	if (peer && !refcount_inc_not_zero(&peer->count))
		peer = NULL;
	spin_unlock(lock);
	return peer;
}

static int lab_rtnl_net_newid(struct lab_net *net, struct lab_net_file *file,
			      int id)
{
	struct lab_net *peer = lab_get_net_ns_by_fd(file);
	int err;

	if (!peer)
		return -EBADF;
	spin_lock(&net->nsid_lock);
	err = -EEXIST;
	if (lab_peernet2id_held(net, peer) < 0)
		err = lab_idr_alloc(&net->netns_ids, peer, id);
	spin_unlock(&net->nsid_lock);
	if (err >= 0)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, err, GFP_KERNEL);
	lab_put_net(peer);
	return err == -ENOSPC ? -EEXIST : err;
}

/* The id that was taken away, or LAB_NSID_NOT_ASSIGNED. */
static int forget(struct lab_net *net, struct lab_net *dying)
{
	int id;

	spin_lock(&net->nsid_lock);
	id = lab_peernet2id_held(net, dying);
	if (id >= 0)
		lab_idr_remove(&net->netns_ids, id);
	spin_unlock(&net->nsid_lock);
	return id;
}

static unsigned int lab_unhash_nsid(struct lab_net *net, struct lab_net *last)
{
	struct lab_net *tmp = list_first_entry(&lab_net_namespace_list,
					       struct lab_net, list);
	unsigned int walked;
	int id;

	for (walked = 1; ; walked++) {
		id = forget(tmp, net);
		if (id >= 0)
			lab_rtnl_net_notifyid(tmp, LAB_DELNSID, id, GFP_KERNEL);
		if (tmp == last)
			break;
		tmp = list_first_entry(&tmp->list, struct lab_net, list);
	}
	spin_lock(&net->nsid_lock);
	lab_idr_destroy(&net->netns_ids);
	spin_unlock(&net->nsid_lock);
	return walked;
}

static void lab_cleanup_net(void)
{
	struct llist_node *dead = llist_del_all(&lab_cleanup_list), *node;
	struct lab_net *net, *last;
	unsigned int walked = 0;
	u64 began;

	lab_rtnl_lock();
	llist_for_each_entry(net, dead, cleanup_list)
		list_del_rcu(&net->list);
	last = list_last_entry(&lab_net_namespace_list, struct lab_net, list);
	lab_rtnl_unlock();

	began = lab_watch_clock();
	llist_for_each_entry(net, dead, cleanup_list)
		walked += lab_unhash_nsid(net, last);
	lab_watch_walk(began, walked);

	/* Those who found one in the list; look-ups by id are over. */
	synchronize_rcu();
	while (dead) {
		node = dead;
		dead = node->next;
		net = llist_entry(node, struct lab_net, cleanup_list);
		lab_peernet2id_alloc(net, lab_init_net, GFP_KERNEL);
		lab_free_net(net);
	}
}

static struct lab_net *lab_copy_net_ns(void)
{
	struct lab_net *net = lab_alloc_net();

	if (net) {
		lab_rtnl_lock();
		list_add_tail_rcu(&net->list, &lab_net_namespace_list);
		lab_rtnl_unlock();
	}
	return net;
}

#define LAB_SCHEME nsid_lock
#include "table.h"
