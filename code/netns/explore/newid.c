// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody asks for an id of a peer while its file is closed (claim N3).
 *
 *	asker			closer			look-up
 *	1. finds the peer by its file
 *				2. last put, but for 1's
 *	3. hashes the peer
 *							4. finds it, asks: alive
 *	5. last put
 *	(worker)
 *	6. takes the id away
 *	7. frees
 *
 * This is the third function that hashes a net. It does not ask whether the
 * net lives: with the reference of 1 in hand, 6 can't come before 3.
 */
#include "scenario.h"

static struct lab_net_file file;

static void start_with_file(void)
{
	start_nets();
	spin_lock_init(&file.lock);
	file.net = peer;
}

static void ask(void)
{
	scheme->rtnl_net_newid(lab_init_net, &file, -1);
}

static void close_file(void)
{
	lab_close_net_file(&file);
}

const struct lab_scenario lab_scenario = {
	.name = "newid",
	.what = "an id is asked for by a file that is being closed",
	.setup = start_with_file,
	.finish = end_nets,
	.actors = {
		{ "asker", ask },
		{ "closer", close_file },
		{ "look-up", look_up },
	},
};
