// SPDX-License-Identifier: GPL-2.0-only
/*
 * A right submission: the walk looks by RCU, and takes a table's lock only where it
 * has found an id. What it finds stays until it takes it away: nobody else does. And
 * none comes any more: whoever gives one holds the net, which is dead.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "netns.h"
#include "watch.h"

static int lab_peernet2id_alloc(struct lab_net *net, struct lab_net *peer,
				gfp_t gfp)
{
	int id;

	if (!refcount_read(&net->count))
		return LAB_NSID_NOT_ASSIGNED;
	lab_point(alloc_net_lives);
	spin_lock(&net->nsid_lock);
	id = lab_peernet2id_held(net, peer);
	if (id >= 0) {
		spin_unlock(&net->nsid_lock);
		return id;
	}
	if (!lab_maybe_get_net(peer)) {
		spin_unlock(&net->nsid_lock);
		return LAB_NSID_NOT_ASSIGNED;
	}
	id = lab_idr_alloc(&net->netns_ids, peer, -1);
	spin_unlock(&net->nsid_lock);
	lab_put_net(peer);
	if (id < 0)
		return LAB_NSID_NOT_ASSIGNED;
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
	struct lab_net *peer;

	rcu_read_lock();
	peer = lab_idr_find(&net->netns_ids, id);
	lab_point(find_peer);
	if (!peer || !lab_maybe_get_net(peer))
		peer = NULL;
	rcu_read_unlock();
	return peer;
}

static int lab_rtnl_net_newid(struct lab_net *net, struct lab_net_file *file,
			      int id)
{
	struct lab_net *peer = lab_get_net_ns_by_fd(file);
	int err;

	if (!peer)
		return -EBADF;
	lab_point(newid_begin);
	spin_lock(&net->nsid_lock);
	if (lab_peernet2id_held(net, peer) >= 0) {
		spin_unlock(&net->nsid_lock);
		err = -EEXIST;
		goto out;
	}
	err = lab_idr_alloc(&net->netns_ids, peer, id);
	spin_unlock(&net->nsid_lock);
	if (err >= 0)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, err, GFP_KERNEL);
	else if (err == -ENOSPC)
		err = -EEXIST;
out:
	lab_put_net(peer);
	return err;
}

static unsigned int lab_unhash_nsid(struct lab_net *net, struct lab_net *last)
{
	unsigned int walked = 0;
	struct lab_net *tmp;
	int id;

	for (tmp = list_first_entry(&lab_net_namespace_list, struct lab_net, list);;
			tmp = list_next_entry(tmp, list)) {
		walked++;
		id = lab_peernet2id(tmp, net);
		if (id >= 0) {
			spin_lock(&tmp->nsid_lock);
			lab_idr_remove(&tmp->netns_ids, id);
			spin_unlock(&tmp->nsid_lock);
			lab_rtnl_net_notifyid(tmp, LAB_DELNSID, id, GFP_KERNEL);
		}
		if (tmp == last)
			break;
	}
	spin_lock(&net->nsid_lock);
	lab_idr_destroy(&net->netns_ids);
	spin_unlock(&net->nsid_lock);
	return walked;
}

static void lab_cleanup_net(void)
{
	struct llist_node *kill_list = llist_del_all(&lab_cleanup_list);
	struct lab_net *net, *next, *last;
	unsigned int walked = 0;
	LIST_HEAD(exit_list);
	u64 began;

	/* Don't let anyone else find them. */
	lab_rtnl_lock();
	lab_point(cleanup_locked);
	llist_for_each_entry(net, kill_list, cleanup_list) {
		list_del_rcu(&net->list);
		list_add_tail(&net->exit_list, &exit_list);
	}
	last = list_last_entry(&lab_net_namespace_list, struct lab_net, list);
	lab_rtnl_unlock();
	began = lab_watch_clock();
	list_for_each_entry(net, &exit_list, exit_list)
		walked += lab_unhash_nsid(net, last);
	lab_watch_walk(began, walked);
	synchronize_rcu();

	lab_point(cleanup_waited);

	list_for_each_entry_safe(net, next, &exit_list, exit_list) {
		/* Its devices leave, and their farewell asks for an id. */
		lab_peernet2id_alloc(net, lab_init_net, GFP_KERNEL);
		lab_free_net(net);
	}
}

static struct lab_net *lab_copy_net_ns(void)
{
	struct lab_net *net = lab_alloc_net();

	if (!net)
		return NULL;
	lab_rtnl_lock();
	/* At the end: the worker's walk may be going on before it. */
	list_add_tail_rcu(&net->list, &lab_net_namespace_list);
	lab_rtnl_unlock();
	return net;
}

#define LAB_SCHEME nsid_lock
#include "table.h"
