// SPDX-License-Identifier: GPL-2.0-only
/*
 * A net dies that has no id anywhere. It is found all the same.
 *
 *	holder			dump, by RCU
 *				1. finds it in the list
 *	2. last put
 *	(worker)
 *	3. takes it off the list
 *	4. no table knows it
 *	5. waits for 1's section
 *				6. is still looking at it
 *	7. frees it
 *
 * That 4 took nothing away is no reason to leave 5 out.
 */
#include "scenario.h"

static void look_at_each(void)
{
	struct lab_net *net;

	rcu_read_lock();
	lab_for_each_net_rcu(net)
		lab_must(net->magic == LAB_ALIVE,
			 "who is found in the list is not freed meanwhile");
	rcu_read_unlock();
}

static void start(void)
{
	start_nets();
	lab_watch.rtnl = watch_rtnl;
}

const struct lab_scenario lab_scenario = {
	.name = "unnamed",
	.what = "a net dies that has no id, and a dump goes over the list",
	.setup = start,
	.finish = end_nets,
	.actors = {
		{ "holder", let_go },
		{ "dump", look_at_each },
	},
};
