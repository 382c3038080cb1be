// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right, in another way: one walk for all that die together, as Linux has it
 * since 2026. The dying are marked, and each table is asked for marked nets.
 * Who gives an id has its reference before it takes the lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "netns.h"
#include "watch.h"

static int lab_peernet2id_alloc(struct lab_net *net, struct lab_net *peer,
				gfp_t gfp)
{
	struct lab_net *held;
	int id, new = -1;

	if (!refcount_read(&net->count))
		return LAB_NSID_NOT_ASSIGNED;
	held = lab_maybe_get_net(peer);
	spin_lock(&net->nsid_lock);
	id = lab_peernet2id_held(net, peer);
	if (id < 0 && held) {
		new = lab_idr_alloc(&net->netns_ids, peer, -1);
		id = new;
	}
	spin_unlock(&net->nsid_lock);
	if (held)
		lab_put_net(held);
	if (new >= 0)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, new, gfp);
	return id < 0 ? LAB_NSID_NOT_ASSIGNED : id;
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
	struct lab_net *peer, *held = NULL;

	rcu_read_lock();
	peer = lab_idr_find(&net->netns_ids, id);
	if (!peer)
		goto out;
	held = lab_maybe_get_net(peer);
out:
	rcu_read_unlock();
	return held;
}

static int lab_rtnl_net_newid(struct lab_net *net, struct lab_net_file *file,
			      int id)
{
	struct lab_net *peer = lab_get_net_ns_by_fd(file);
	int err;

	if (!peer)
		return -EBADF;
	spin_lock(&net->nsid_lock);
	if (lab_peernet2id_held(net, peer) >= 0)
		err = -EEXIST;
	else
		err = lab_idr_alloc(&net->netns_ids, peer, id);
	spin_unlock(&net->nsid_lock);
	if (err == -ENOSPC)
		err = -EEXIST;
	if (err >= 0)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, err, GFP_KERNEL);
	lab_put_net(peer);
	return err;
}

static void lab_unhash_dying(struct lab_net *net)
{
	struct lab_net *peer;
	int id = 0;

	for (;;) {
		spin_lock(&net->nsid_lock);
		while ((peer = lab_idr_get_next(&net->netns_ids, &id)) &&
		       !peer->is_dying)
			id++;
		if (peer)
			lab_idr_remove(&net->netns_ids, id);
		spin_unlock(&net->nsid_lock);
		if (!peer)
			return;
		lab_rtnl_net_notifyid(net, LAB_DELNSID, id++, GFP_KERNEL);
	}
}

static unsigned int lab_unhash_nsid(struct lab_net *last)
{
	unsigned int walked = 0;
	struct lab_net *tmp;

	lab_for_each_net(tmp) {
		walked++;
		lab_unhash_dying(tmp);
		if (tmp == last)
			break;
	}
	return walked;
}

static void lab_cleanup_net(void)
{
	struct llist_node *kill_list = llist_del_all(&lab_cleanup_list);
	struct lab_net *net, *next, *last;
	LIST_HEAD(exit_list);
	u64 began;

	lab_rtnl_lock();
	llist_for_each_entry(net, kill_list, cleanup_list) {
		list_del_rcu(&net->list);
		net->is_dying = true;
		list_add_tail(&net->exit_list, &exit_list);
	}
	last = list_last_entry(&lab_net_namespace_list, struct lab_net, list);
	lab_rtnl_unlock();

	began = lab_watch_clock();
	lab_watch_walk(began, kill_list ? lab_unhash_nsid(last) : 0);

	synchronize_rcu();
	list_for_each_entry_safe(net, next, &exit_list, exit_list) {
		lab_peernet2id_alloc(net, lab_init_net, GFP_KERNEL);
		lab_idr_destroy(&net->netns_ids);
		lab_free_net(net);
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
