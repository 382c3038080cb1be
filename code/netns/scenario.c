// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scenarios: nets come and go, while others give ids and look them up.
 * Which of these they do is what tells one scenario from another.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "scheme.h"
#include "steps.h"

/* What the others do. */
#define LAB_FIND	1UL	/* give an id, look it up, list ids */
#define LAB_WALK	2UL	/* walk the list by RCU and give ids */
#define LAB_ASK		4UL	/* ask for an id, by a file */
#define LAB_TWO_WORKERS	8UL	/* clean up in two threads: wrong */

#define LAB_NR_FILES	4

/**
 * struct lab_stage - what the threads of a scenario share
 * @scheme: the scheme
 * @does: LAB_* bits
 * @file: by each of these some net is held
 * @born: nets that were made
 * @found: look-ups that led to a living net
 * @gone: look-ups that led nowhere
 * @given: ids that were given to a peer found by RCU
 * @asked: ids that were given on request
 */
struct lab_stage {
	const struct lab_netns_scheme *scheme;
	unsigned long does;
	struct lab_net_file file[LAB_NR_FILES];
	atomic_t born;
	atomic_t found;
	atomic_t gone;
	atomic_t given;
	atomic_t asked;
};

static struct lab_net *lab_some_net(struct lab_stage *stage, unsigned int n)
{
	return lab_get_net_ns_by_fd(&stage->file[n % LAB_NR_FILES]);
}

static void lab_check_alive(const struct lab_net *net)
{
	if (net->magic != LAB_ALIVE)
		lab_violated(LAB_DEAD_NAMESPACE, net);
}

/* Close one file after the other, and open it for a new net. */
static int lab_owner(void *data)
{
	struct lab_stage *stage = data;
	struct lab_net *net;
	unsigned int n;

	for (n = 0; !kthread_should_stop(); n++) {
		struct lab_net_file *file = &stage->file[n % LAB_NR_FILES];

		net = stage->scheme->copy_net_ns();
		lab_close_net_file(file);
		if (net)
			atomic_inc(&stage->born);
		spin_lock(&file->lock);
		WRITE_ONCE(file->net, net);
		spin_unlock(&file->lock);
		if (stage->does & LAB_TWO_WORKERS)
			stage->scheme->cleanup_net();
		/* Nets must not be born faster than they are buried. */
		else if (n % 64 == 63)
			lab_flush_cleanup();
		cond_resched();
	}
	return 0;
}

/* @net and @peer are held: between them, all must be as it should. */
static void lab_find_once(struct lab_stage *stage, struct lab_net *net,
			  struct lab_net *peer)
{
	const struct lab_netns_scheme *scheme = stage->scheme;
	struct lab_net *found;
	int id, other;

	id = scheme->peernet2id_alloc(net, peer, GFP_KERNEL);
	if (id < 0 || scheme->peernet2id(net, peer) != id) {
		lab_violated(LAB_DEAD_NAMESPACE, peer);
		return;
	}
	found = scheme->get_net_ns_by_id(net, id);
	if (found != peer)
		lab_violated(LAB_DEAD_NAMESPACE, peer);
	if (found)
		lab_put_net(found);

	/* Any other id leads to a net that lives, or nowhere. */
	for (other = 0; other < 2 * LAB_NR_FILES; other++) {
		found = scheme->get_net_ns_by_id(net, other);
		if (found) {
			lab_check_alive(found);
			lab_put_net(found);
		}
		atomic_inc(found ? &stage->found : &stage->gone);
	}
	lab_rtnl_net_dumpid(net);
}

/* As a dump does that goes over all nets: references on none of them. */
static void lab_walk_once(struct lab_stage *stage, struct lab_net *net)
{
	struct lab_net *peer;

	rcu_read_lock();
	lab_for_each_net_rcu(peer) {
		lab_check_alive(peer);
		if (stage->scheme->peernet2id_alloc(net, peer, GFP_ATOMIC) >= 0)
			atomic_inc(&stage->given);
	}
	rcu_read_unlock();
}

static int lab_other(void *data)
{
	struct lab_stage *stage = data;
	struct lab_net *net, *peer;
	unsigned int n;

	for (n = 0; !kthread_should_stop(); n++) {
		/* The first net's table lives on, and so do its ids. */
		net = n % 2 ? lab_some_net(stage, n / 2) :
			      lab_get_net(lab_init_net);
		peer = lab_some_net(stage, n / 3);
		if (net && peer && stage->does & LAB_FIND)
			lab_find_once(stage, net, peer);
		if (peer)
			lab_put_net(peer);
		if (net && stage->does & LAB_WALK)
			lab_walk_once(stage, net);
		if (net && stage->does & LAB_ASK &&
		    stage->scheme->rtnl_net_newid(net, &stage->file[n % LAB_NR_FILES],
						  n % 7 ? -1 : 5) >= 0)
			atomic_inc(&stage->asked);
		if (net)
			lab_put_net(net);
		if (stage->does & LAB_TWO_WORKERS)
			stage->scheme->cleanup_net();
		cond_resched();
	}
	return 0;
}

static int lab_scenario(const struct lab_config *config, unsigned long does)
{
	struct lab_stage stage = { .scheme = config->scheme, .does = does };
	bool worker = !(does & LAB_TWO_WORKERS);
	struct lab_crew crew = { .nr = 0 };
	unsigned int i;
	int err;

	for (i = 0; i < LAB_NR_FILES; i++)
		spin_lock_init(&stage.file[i].lock);
	err = lab_netns_begin(stage.scheme->cleanup_net, worker);
	if (!err)
		err = lab_hire(&crew, lab_owner, &stage, 0);
	for (i = 1; !err && i <= config->readers; i++)
		err = lab_hire(&crew, lab_other, &stage, i % config->nr_cpus);
	if (!err)
		lab_sleep_ms(config->ms);
	lab_dismiss(&crew);

	for (i = 0; i < LAB_NR_FILES; i++)
		lab_close_net_file(&stage.file[i]);
	if (!worker)
		stage.scheme->cleanup_net();
	lab_netns_end();
	lab_print("# born=%d found=%d gone=%d given=%d asked=%d\n",
		  atomic_read(&stage.born), atomic_read(&stage.found),
		  atomic_read(&stage.gone), atomic_read(&stage.given),
		  atomic_read(&stage.asked));
	return err;
}

const struct lab_step lab_scenarios[] = {
	{ "nets_come_and_go", lab_scenario, 0 },
	{ "ids_are_found", lab_scenario, LAB_FIND },
	{ "list_is_walked", lab_scenario, LAB_WALK },
	{ "ids_are_asked_for", lab_scenario, LAB_ASK | LAB_FIND },
	{ "all_at_once", lab_scenario, LAB_FIND | LAB_WALK | LAB_ASK },
	/* Rule 3 broken: two threads clean up at the same time. */
	{ "two_workers", lab_scenario, LAB_FIND | LAB_TWO_WORKERS },
	{ }
};
