// SPDX-License-Identifier: GPL-2.0-only
/*
 * nsid_lock (2018): a dying net leaves the tables outside rtnl.
 *
 * fb07a820 "net: Move net:netns_ids destruction out of rtnl_lock() and
 * document locking scheme".
 *
 *	who			holds			so that
 *	gives an id		nsid_lock of one net,	no dead net is hashed
 *				and asks for life
 *	looks an id up		rcu_read_lock(),	the net stays while it
 *				and asks for life	is asked
 *	creates a net		rtnl			the list's end is its
 *	cleanup worker		rtnl			takes nets off the list
 *	 then			nsid_lock of one net,	one table after the
 *				one after the other	other forgets the id
 *	 then			nothing			waits for the readers,
 *						frees
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "netns.h"
#include "watch.h"

/**
 * lab_peernet2id_alloc() - the id that a net has for a peer; gives one if
 * need be
 * @net: whose table it is; the caller holds a reference, or is the worker
 * @peer: who is to have an id; found in any way in which it is not freed
 *	meanwhile, without a reference too
 * @gfp: for the message that tells of a new id
 *
 * Mirrors peernet2id_alloc().
 *
 * Context: Any with %GFP_ATOMIC, process context otherwise. Takes @net's
 * nsid_lock.
 * Return: the id, or %LAB_NSID_NOT_ASSIGNED when one of the two is dying.
 */
static int lab_peernet2id_alloc(struct lab_net *net, struct lab_net *peer,
				gfp_t gfp)
{
	int id;

	/* A dying net's table is gone, or soon will be. */
	if (!refcount_read(&net->count))
		return LAB_NSID_NOT_ASSIGNED;
	lab_point(alloc_net_lives);

	spin_lock(&net->nsid_lock);
	id = lab_peernet2id_held(net, peer);
	if (id >= 0) {
		spin_unlock(&net->nsid_lock);
		return id;
	}
	/*
	 * Who finds a peer in the list by RCU may find it dead. Its id would
	 * come after the worker has looked at this table, and lead to freed
	 * memory. With a reference in hand the worker has not even begun.
	 */
	if (!lab_maybe_get_net(peer)) {
		spin_unlock(&net->nsid_lock);
		return LAB_NSID_NOT_ASSIGNED;
	}
	lab_point(alloc_peer_lives);
	id = lab_idr_alloc(&net->netns_ids, peer, -1);
	spin_unlock(&net->nsid_lock);
	lab_point(alloc_hashed);

	lab_put_net(peer);
	if (id < 0)
		return LAB_NSID_NOT_ASSIGNED;
	lab_rtnl_net_notifyid(net, LAB_NEWNSID, id, gfp);
	return id;
}

/**
 * lab_peernet2id() - the id that a net has for a peer
 * @net: whose table it is; not freed meanwhile
 * @peer: only compared: it may be dead
 *
 * Mirrors peernet2id() as it is in 6.1; in 2018 it took nsid_lock.
 *
 * Context: Any.
 * Return: the id, or %LAB_NSID_NOT_ASSIGNED.
 */
static int lab_peernet2id(const struct lab_net *net,
			  const struct lab_net *peer)
{
	int id;

	rcu_read_lock();
	id = lab_peernet2id_held(net, peer);
	rcu_read_unlock();
	return id;
}

/**
 * lab_get_net_ns_by_id() - the net that an id leads to
 * @net: whose id it is; not freed meanwhile
 * @id: any number
 *
 * Mirrors get_net_ns_by_id().
 *
 * Context: Any.
 * Return: the net, with a reference that is the caller's, or NULL when there
 * is none of that id, or it is dying.
 */
static struct lab_net *lab_get_net_ns_by_id(const struct lab_net *net, int id)
{
	struct lab_net *peer;

	rcu_read_lock();
	peer = lab_idr_find(&net->netns_ids, id);
	lab_point(find_peer);
	/*
	 * What keeps *peer's memory: the worker frees it a grace period after
	 * its id has left the table. What tells whether it is alive: its count.
	 */
	if (peer)
		peer = lab_maybe_get_net(peer);
	rcu_read_unlock();
	return peer;
}

/**
 * lab_rtnl_net_newid() - give a peer the id that somebody asked for
 * @net: whose table it is; the caller holds a reference
 * @file: stands for the peer
 * @id: which one, or less than 0 for any
 *
 * It hashes a net as lab_peernet2id_alloc() does, and need not ask whether
 * the peer lives: it holds a reference from before the peer is hashed to
 * after it. Mirrors rtnl_net_newid().
 *
 * Context: Process context, may sleep. Takes @net's nsid_lock.
 * Return: the id, -EBADF when the file has been closed, -EEXIST when the peer
 * has an id already or another has this one, -ENOMEM.
 */
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

/**
 * lab_unhash_nsid() - take a dying net's id out of every table
 * @net: off the list already
 * @last: the list's last net when @net left it
 *
 * Mirrors unhash_nsid() as fb07a820 brought it.
 *
 * Only the worker takes nets off the list, and this is the worker: whatever
 * it stands on stays. Others may add nets behind @last. They can't have an id
 * for @net, which was dead before they were born; and by stopping before it
 * reads @last's link, the walk reads nothing that anybody writes.
 *
 * Context: The cleanup worker. May sleep. Takes one nsid_lock at a time.
 * Return: how many tables it looked at.
 */
static unsigned int lab_unhash_nsid(struct lab_net *net, struct lab_net *last)
{
	unsigned int walked = 0;
	struct lab_net *tmp;
	int id;

	lab_for_each_net(tmp) {
		walked++;
		lab_point(unhash_begin);
		spin_lock(&tmp->nsid_lock);
		id = lab_peernet2id_held(tmp, net);
		lab_point(unhash_found);
		if (id >= 0)
			lab_idr_remove(&tmp->netns_ids, id);
		spin_unlock(&tmp->nsid_lock);
		/* It may sleep: not under a spinlock. */
		if (id >= 0)
			lab_rtnl_net_notifyid(tmp, LAB_DELNSID, id, GFP_KERNEL);
		lab_point(unhash_next);
		if (tmp == last)
			break;
	}
	/* Nobody holds @net any more, but a caller who should (dying_table). */
	spin_lock(&net->nsid_lock);
	lab_idr_destroy(&net->netns_ids);
	spin_unlock(&net->nsid_lock);
	return walked;
}

/**
 * lab_cleanup_net() - the worker: clean up all nets that are dead by now
 *
 * Mirrors cleanup_net() as fb07a820 left it. Since then a lock of its own has
 * taken over the list from rtnl in the kernel.
 *
 * Context: The one work item for it: no two threads at a time. Takes rtnl.
 */
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
	llist_for_each_entry(net, kill_list, cleanup_list)
		list_del_rcu(&net->list);
	last = list_last_entry(&lab_net_namespace_list, struct lab_net, list);
	lab_rtnl_unlock();
	lab_point(cleanup_unlisted);

	began = lab_watch_clock();
	llist_for_each_entry(net, kill_list, cleanup_list) {
		walked += lab_unhash_nsid(net, last);
		list_add_tail(&net->exit_list, &exit_list);
	}
	lab_watch_walk(began, walked);
	lab_point(cleanup_unhashed);

	/* Who found one of them in the list or in a table lets go of it. */
	synchronize_rcu();
	lab_point(cleanup_waited);

	list_for_each_entry_safe(net, next, &exit_list, exit_list) {
		/* Its devices leave, and their farewell asks for an id. */
		lab_peernet2id_alloc(net, lab_init_net, GFP_KERNEL);
		lab_free_net(net);
	}
}

/**
 * lab_copy_net_ns() - make a net that all can see
 *
 * Mirrors copy_net_ns(): unshare(CLONE_NEWNET).
 *
 * Context: Process context, may sleep. Takes rtnl.
 * Return: the net, with one reference that is the caller's, or NULL when
 * there is no memory.
 */
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
