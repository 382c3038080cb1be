// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces: what all three schemes share.
 *
 * The list, references, files, messages. Nothing here walks the list.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "netns.h"
#include "watch.h"
#include "watched.h"

/* All nets. Changed under rtnl, walked by RCU and by the cleanup worker. */
LIST_HEAD(lab_net_namespace_list);

/* Dead nets, until the worker takes them up. */
LLIST_HEAD(lab_cleanup_list);

/* The first net. It has a reference for good. */
struct lab_net *lab_init_net;

struct lab_watch lab_watch;

/**
 * lab_watch_clock() - the time
 *
 * Context: Any.
 * Return: nanoseconds.
 */
u64 lab_watch_clock(void)
{
	return ktime_get_ns();
}

/**
 * lab_watch_walk() - a walk over the tables has ended
 * @began: lab_watch_clock() when it did
 * @walked: how many tables it looked at
 *
 * Context: Any.
 */
void lab_watch_walk(u64 began, unsigned int walked)
{
	if (!lab_watch.on)
		return;
	atomic64_add(walked, &lab_watch.walked);
	atomic64_add(lab_watch_clock() - began, &lab_watch.walk_ns);
}

/*
 * The one big lock of network configuration. What the kernel does under it is
 * far more than this family has; what counts is how long it is held.
 */
static DEFINE_MUTEX(lab_rtnl_mutex);

static void (*lab_cleanup)(void);
static bool lab_has_worker;

static void lab_cleanup_work(struct work_struct *work)
{
	lab_cleanup();
}

/* One work item, which never runs twice at a time: rule 3 rests on that. */
static DECLARE_WORK(lab_net_cleanup_work, lab_cleanup_work);

/**
 * lab_rtnl_lock() - take rtnl
 *
 * Context: Process context, may sleep.
 */
void lab_rtnl_lock(void)
{
	mutex_lock(&lab_rtnl_mutex);
	if (lab_watch.on) {
		lab_watch.before = atomic64_read(&lab_watch.walked);
		lab_watch.taken_ns = lab_watch_clock();
	}
	if (lab_watch.rtnl)
		lab_watch.rtnl(true);
}

/**
 * lab_rtnl_unlock() - release rtnl
 *
 * Context: Process context. Holds rtnl, which it releases.
 */
void lab_rtnl_unlock(void)
{
	u64 ns;

	if (lab_watch.rtnl)
		lab_watch.rtnl(false);
	if (lab_watch.on) {
		ns = lab_watch_clock() - lab_watch.taken_ns;
		lab_watch.held_ns += ns;
		lab_watch.held_walked += atomic64_read(&lab_watch.walked) -
					 lab_watch.before;
	}
	mutex_unlock(&lab_rtnl_mutex);
}

/**
 * lab_alloc_net() - make a net that nobody knows yet
 *
 * Mirrors net_alloc() and what setup_net() does before it shows the net.
 *
 * Context: Process context, may sleep.
 * Return: the net, with one reference that is the caller's, or NULL when
 * there is no memory.
 */
struct lab_net *lab_alloc_net(void)
{
	struct lab_net *net = lab_alloc(sizeof(*net));

	if (!net)
		return NULL;
	refcount_set(&net->count, 1);
	spin_lock_init(&net->nsid_lock);
	net->magic = LAB_ALIVE;
	return net;
}

/**
 * lab_free_net() - the end of a net
 * @net: off the list and out of all tables for a grace period
 *
 * Context: Process context, may sleep.
 */
void lab_free_net(struct lab_net *net)
{
	if (net->magic != LAB_ALIVE) {
		lab_violated(LAB_FREED_TWICE, net);
		return;
	}
	net->magic = LAB_DEAD;
	lab_free(net);
}

/**
 * lab_put_net() - drop a reference on a net
 * @net: not to be touched by the caller any more
 *
 * The last one leaves the net to the cleanup worker. The worker takes up all
 * that it finds, so that only the first of them need wake it. Mirrors
 * put_net() and __put_net().
 *
 * Context: Any. Does not sleep.
 */
void lab_put_net(struct lab_net *net)
{
	if (!refcount_dec_and_test(&net->count))
		return;
	lab_point(last_put);
	if (llist_add(&net->cleanup_list, &lab_cleanup_list) && lab_has_worker)
		schedule_work(&lab_net_cleanup_work);
}

/**
 * lab_netns_begin() - from now on there is a first net
 * @cleanup_net: of the scheme
 * @worker: dead nets are cleaned up by the worker; otherwise the caller sees
 *	to it
 *
 * Context: Process context, may sleep. Nobody else is about.
 * Return: 0, or -ENOMEM.
 */
int lab_netns_begin(void (*cleanup_net)(void), bool worker)
{
	lab_cleanup = cleanup_net;
	lab_has_worker = worker;
	lab_init_net = lab_alloc_net();
	if (!lab_init_net)
		return -ENOMEM;
	list_add_tail_rcu(&lab_init_net->list, &lab_net_namespace_list);
	return 0;
}

/**
 * lab_flush_cleanup() - wait until the worker has done what it has begun
 *
 * Context: Process context, may sleep.
 */
void lab_flush_cleanup(void)
{
	if (lab_has_worker)
		flush_work(&lab_net_cleanup_work);
}

/**
 * lab_netns_end() - take the first net away
 *
 * All others have lost their last reference. Waits for their cleanup.
 *
 * Context: Process context, may sleep. Nobody else is about, but the worker.
 */
void lab_netns_end(void)
{
	if (!lab_init_net)
		return;
	lab_flush_cleanup();
	list_del_rcu(&lab_init_net->list);
	lab_idr_destroy(&lab_init_net->netns_ids);
	lab_free_net(lab_init_net);
	lab_init_net = NULL;
}

/**
 * lab_get_net_ns_by_fd() - the net that a file stands for
 * @file: open or closed
 *
 * Mirrors get_net_ns_by_fd().
 *
 * Context: Any.
 * Return: the net, with a reference that is the caller's, or NULL when the
 * file has been closed.
 */
struct lab_net *lab_get_net_ns_by_fd(struct lab_net_file *file)
{
	struct lab_net *net;

	spin_lock(&file->lock);
	net = file->net;
	if (net)
		lab_get_net(net);
	spin_unlock(&file->lock);
	return net;
}

/**
 * lab_close_net_file() - drop a file's reference on its net
 * @file: stands for no net afterwards
 *
 * Context: Any.
 */
void lab_close_net_file(struct lab_net_file *file)
{
	struct lab_net *net;

	spin_lock(&file->lock);
	net = file->net;
	WRITE_ONCE(file->net, NULL);
	spin_unlock(&file->lock);
	if (net)
		lab_put_net(net);
}

/**
 * lab_peernet2id_held() - which id a net has for a peer
 * @net: whose table to look in
 * @peer: whom to look for; only compared, never looked into
 *
 * Looks at one entry after the other, as __peernet2id() does: the table leads
 * from ids to nets, and this is the other way.
 *
 * Context: Any. The caller is under rcu_read_lock() or holds @net's
 * nsid_lock.
 * Return: the id, or %LAB_NSID_NOT_ASSIGNED.
 */
int lab_peernet2id_held(const struct lab_net *net, const struct lab_net *peer)
{
	struct lab_idr_cursor at = LAB_IDR_CURSOR;
	const struct lab_net *found;

	lab_idr_for_each_entry(&net->netns_ids, found, &at)
		if (found == peer)
			return at.id;
	return LAB_NSID_NOT_ASSIGNED;
}

/**
 * lab_rtnl_net_dumpid() - list a net's ids
 * @net: whose
 *
 * Looks at ids, never into the nets that they lead to. Mirrors
 * rtnl_net_dumpid().
 *
 * Context: Any.
 * Return: how many ids there are.
 */
int lab_rtnl_net_dumpid(struct lab_net *net)
{
	struct lab_idr_cursor at = LAB_IDR_CURSOR;
	const void *found;
	int nr = 0;

	rcu_read_lock();
	lab_idr_for_each_entry(&net->netns_ids, found, &at)
		nr++;
	rcu_read_unlock();
	return nr;
}

/**
 * struct lab_nsid_msg - what is sent to who listens on a net
 * @cmd: %LAB_NEWNSID or %LAB_DELNSID
 * @id: of which the message tells; there is no pointer to a net in it
 */
struct lab_nsid_msg {
	enum lab_nsid_cmd cmd;
	int id;
};

/**
 * lab_rtnl_net_notifyid() - tell who listens that an id has come or gone
 * @net: on which they listen
 * @cmd: %LAB_NEWNSID or %LAB_DELNSID
 * @id: which
 * @gfp: %GFP_KERNEL, or %GFP_ATOMIC where nobody may sleep
 *
 * Allocates the message, which may take its time. Mirrors
 * rtnl_net_notifyid().
 *
 * Context: Process context, may sleep; any with %GFP_ATOMIC.
 */
void lab_rtnl_net_notifyid(struct lab_net *net, enum lab_nsid_cmd cmd, int id,
			   gfp_t gfp)
{
	struct lab_nsid_msg *msg;

	if (gfp == GFP_KERNEL) {
		might_sleep();
		if (lab_watch.slowly)
			lab_watch.slowly();
		msg = lab_alloc(sizeof(*msg));
	} else {
		msg = lab_alloc_atomic(sizeof(*msg));
	}
	if (!msg)
		return;
	msg->cmd = cmd;
	msg->id = id;
	if (lab_watch.on)
		atomic64_inc(&lab_watch.notified);
	if (lab_watch.heard)
		lab_watch.heard(net, cmd, id, gfp);
	lab_free(msg);
}
