// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right, in another way: one dead net after the other goes all the way, with a
 * grace period and a short hold of rtnl for each. Slow, and right. The locks
 * are taken with interrupts off, more than is needed, and a dead net's own
 * table is emptied last.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "netns.h"
#include "watch.h"

static int lab_give(struct lab_net *net, struct lab_net *peer, bool *new)
{
	int id = lab_peernet2id_held(net, peer);

	if (id >= 0)
		return id;
	if (!lab_maybe_get_net(peer))
		return LAB_NSID_NOT_ASSIGNED;
	id = lab_idr_alloc(&net->netns_ids, peer, -1);
	/* Does not sleep, and may wake the worker only. */
	lab_put_net(peer);
	*new = id >= 0;
	return *new ? id : LAB_NSID_NOT_ASSIGNED;
}

static int lab_peernet2id_alloc(struct lab_net *net, struct lab_net *peer,
				gfp_t gfp)
{
	unsigned long flags;
	bool new = false;
	int id;

	/* Who is dead in the end had no use for it. */
	if (refcount_read(&net->count) == 0)
		return LAB_NSID_NOT_ASSIGNED;
	spin_lock_irqsave(&net->nsid_lock, flags);
	id = lab_give(net, peer, &new);
	spin_unlock_irqrestore(&net->nsid_lock, flags);
	if (new)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, id, gfp);
	return id;
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
	struct lab_net *peer, *again;

	/* Asked for life, and then asked again whether it is still this one. */
	rcu_read_lock();
	peer = lab_idr_find(&net->netns_ids, id);
	if (!peer || !lab_maybe_get_net(peer)) {
		rcu_read_unlock();
		return NULL;
	}
	again = lab_idr_find(&net->netns_ids, id);
	rcu_read_unlock();
	if (again == peer)
		return peer;
	lab_put_net(peer);
	return NULL;
}

static int lab_rtnl_net_newid(struct lab_net *net, struct lab_net_file *file,
			      int id)
{
	struct lab_net *peer = lab_get_net_ns_by_fd(file);
	unsigned long flags;
	int err = -EEXIST;

	if (!peer)
		return -EBADF;
	spin_lock_irqsave(&net->nsid_lock, flags);
	if (lab_peernet2id_held(net, peer) < 0) {
		err = lab_idr_alloc(&net->netns_ids, peer, id);
		if (err == -ENOSPC)
			err = -EEXIST;
	}
	spin_unlock_irqrestore(&net->nsid_lock, flags);
	if (err >= 0)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, err, GFP_KERNEL);
	lab_put_net(peer);
	return err;
}

static unsigned int lab_unhash_nsid(struct lab_net *net, struct lab_net *last)
{
	unsigned int walked = 0;
	unsigned long flags;
	struct lab_net *tmp;
	bool gone;
	int id;

	lab_for_each_net(tmp) {
		walked++;
		spin_lock_irqsave(&tmp->nsid_lock, flags);
		id = lab_peernet2id_held(tmp, net);
		gone = id >= 0 && lab_idr_remove(&tmp->netns_ids, id);
		spin_unlock_irqrestore(&tmp->nsid_lock, flags);
		if (gone)
			lab_rtnl_net_notifyid(tmp, LAB_DELNSID, id, GFP_KERNEL);
		if (tmp == last)
			break;
	}
	return walked;
}

static void lab_clean_up_one(struct lab_net *net)
{
	struct lab_net *last;
	unsigned long flags;
	u64 began;

	lab_rtnl_lock();
	list_del_rcu(&net->list);
	last = list_last_entry(&lab_net_namespace_list, struct lab_net, list);
	lab_rtnl_unlock();

	began = lab_watch_clock();
	lab_watch_walk(began, lab_unhash_nsid(net, last));
	synchronize_rcu();

	lab_peernet2id_alloc(net, lab_init_net, GFP_KERNEL);
	spin_lock_irqsave(&net->nsid_lock, flags);
	lab_idr_destroy(&net->netns_ids);
	spin_unlock_irqrestore(&net->nsid_lock, flags);
	lab_free_net(net);
}

static void lab_cleanup_net(void)
{
	struct llist_node *node = llist_del_all(&lab_cleanup_list), *next;

	for (; node; node = next) {
		next = node->next;
		lab_clean_up_one(llist_entry(node, struct lab_net,
					     cleanup_list));
	}
}

static struct lab_net *lab_copy_net_ns(void)
{
	struct lab_net *net = lab_alloc_net();

	if (!net)
		return NULL;
	lab_rtnl_lock();
	list_add_tail_rcu(&net->list, &lab_net_namespace_list);
	lab_rtnl_unlock();
	return net;
}

#define LAB_SCHEME nsid_lock
#include "table.h"
