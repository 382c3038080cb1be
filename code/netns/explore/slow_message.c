// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory is tight when a message is to be sent, and who frees some needs rtnl
 * (claim N7, to its end).
 *
 *	holder			look-up
 *	1. last put
 *	(worker)
 *	2. takes the peer off the list
 *	3. takes its id out of a table
 *	4. wants memory for the message: waits for who wants rtnl
 *				5. finds the peer by its id, or not
 *
 * With rtnl held at 4, nobody ever goes on. And with rtnl held nothing is done but
 * 2, also where nobody happens to wait for it.
 */
#include "scenario.h"

static void free_some_memory(void)
{
	lab_rtnl_lock();
	lab_rtnl_unlock();
}

static void start(void)
{
	start_known_peer();
	lab_watch.slowly = free_some_memory;
	lab_watch.rtnl = watch_rtnl;
}

const struct lab_scenario lab_scenario = {
	.name = "slow_message",
	.what = "a cleanup whose messages wait for somebody who wants rtnl",
	.setup = start,
	.finish = end_nets,
	.actors = {
		{ "holder", let_go },
		{ "look-up", look_up },
	},
};
