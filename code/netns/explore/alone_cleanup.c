// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dead nets are cleaned up when nobody else is about. A worker that did
 * nothing would leak, and one that frees only would leave ids behind.
 *
 *	worker
 *	1. nine of twelve nets are dead, the first net's table is empty, and
 *	   another net knows all nine: cleans up
 *	2. no table has an id for any of them, and the living have kept
 *	   theirs; who listens has been told of each id, once
 *	3. nobody is dead: does nothing
 *	(eight nets are made, and all know one that dies)
 *	4. cleans that up
 */
#include "scenario.h"

#define NR 9	/* ids in three nodes of a table */

static struct lab_net *living[NR], *dying[NR], *unknown;

/* Of which ids each of the living was told: a bit for each. */
static unsigned long told[NR];

/* Who is dead has no listeners any more. */
static void hear_of_the_end(struct lab_net *net, enum lab_nsid_cmd cmd, int id,
			    gfp_t gfp)
{
	unsigned int i;

	if (!refcount_read(&net->count))
		return;
	lab_must(cmd == LAB_DELNSID, "a message of the walk tells of an end");
	lab_must(gfp == GFP_KERNEL, "a message of the walk may take its time");
	rcu_read_lock();
	lab_must(!lab_idr_find(&net->netns_ids, id),
		 "an id that is told to be gone is gone");
	rcu_read_unlock();
	for (i = 0; i < NR; i++)
		if (net == living[i])
			break;
	lab_must(i < NR && !(READ_ONCE(told[i]) & 1UL << id),
		 "who listens is told of its own net's ids, of each once");
	WRITE_ONCE(told[i], READ_ONCE(told[i]) | 1UL << id);
}

static void knows(struct lab_net *net, struct lab_net *to)
{
	spin_lock(&net->nsid_lock);
	lab_idr_alloc(&net->netns_ids, to, -1);
	spin_unlock(&net->nsid_lock);
}

static void start(void)
{
	unsigned int i;

	lab_netns_begin(scheme->cleanup_net, false);
	living[0] = scheme->copy_net_ns();
	for (i = 0; i < NR; i++)
		dying[i] = scheme->copy_net_ns();
	/* It is the last one now, and older than the one before it. */
	unknown = scheme->copy_net_ns();
	list_move_tail(&living[0]->list, &lab_net_namespace_list);
	for (i = 0; i < NR; i++)
		knows(living[0], dying[i]);
	knows(living[0], lab_init_net);
	/* The tables of two of the dying have something in them. */
	knows(dying[0], living[0]);
	knows(dying[0], dying[1]);
	knows(dying[1], dying[0]);
	lab_watch.on = true;
}

static unsigned int listed(void)
{
	struct lab_net *net;
	unsigned int nr = 0;

	lab_for_each_net(net)
		nr++;
	return nr;
}

/* One cleanup: @dead die, and @left tables are left. */
static void clean_up(unsigned int dead, unsigned int left)
{
	unsigned int before = lab_used(LAB_USED_GRACE_PERIODS);
	s64 walked;

	atomic64_set(&lab_watch.walked, 0);
	lab_watch.heard = hear_of_the_end;
	scheme->cleanup_net();
	lab_watch.heard = NULL;
	rcu_barrier();
	lab_must(lab_used(LAB_USED_GRACE_PERIODS) <= before + (dead ? dead : 1),
		 "for each of the dead one grace period is waited for at most");
	lab_must(listed() == left,
		 "the dead have left the list, and nobody else");
	walked = atomic64_read(&lab_watch.walked);
	lab_must(!dead || walked >= left,
		 "lab_watch_walk() is told of each table that was looked at");
	lab_must(walked <= dead * (left + dead - 1),
		 "lab_watch_walk() is told of no table twice for one of the dead");
}

static void nine_die(void)
{
	unsigned int i;

	for (i = 0; i < NR; i++)
		lab_put_net(dying[i]);
	clean_up(NR, 3);
	lab_must(lab_rtnl_net_dumpid(living[0]) <= 1,
		 "no table has an id for a net that has been freed");
	lab_must(id_of(living[0], lab_init_net) == NR,
		 "who lives keeps its ids");
	lab_must(told[0] == (1UL << NR) - 1,
		 "a message is sent for each id that was taken away");
	lab_must(refcount_read(&living[0]->count) == 1 &&
		 living[0]->magic == LAB_ALIVE,
		 "who lives is left alone");
	lab_must(!lab_rtnl_net_dumpid(unknown),
		 "nobody has an id in a table that was empty");
	told[0] = 0;
	clean_up(0, 3);
	lab_must(!told[0], "where nobody is dead nobody is told of anything");
}

static void one_of_ten_dies(void)
{
	unsigned int i;

	for (i = 1; i < NR; i++) {
		living[i] = scheme->copy_net_ns();
		knows(living[i], living[i]);
	}
	peer = scheme->copy_net_ns();
	for (i = 0; i < NR; i++)
		knows(living[i], peer);
	lab_put_net(peer);
	clean_up(1, NR + 2);
	for (i = 0; i < NR; i++) {
		lab_must(lab_rtnl_net_dumpid(living[i]) == 1,
			 "no table has an id for a net that has been freed");
		lab_must(told[i] == 1UL << !!i,
			 "a message is sent for each id that was taken away");
	}
}

static void worker(void)
{
	nine_die();
	one_of_ten_dies();
}

const struct lab_scenario lab_scenario = {
	.name = "alone_cleanup",
	.what = "dead nets are cleaned up, alone: does it work at all",
	.setup = start,
	.finish = end_without_cleanup,
	.actors = {
		{ "worker", worker },
	},
};
