// SPDX-License-Identifier: GPL-2.0-only
/*
 * A net dies while its id is looked up and given anew (claims N2, N3).
 *
 *	holder			look-up			dump, by RCU
 *	1. last put
 *							2. finds the net
 *				3. finds it by its id
 *	(worker)
 *	4. off the list
 *	5. out of the tables
 *							6. asks: dead
 *				7. asks: dead
 *	8. waits for both
 *	9. frees
 *
 * Whatever the order, an id leads to a living net or nowhere, and no table
 * leads to a net that has been freed.
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "cleanup",
	.what = "a net's last put, a look-up of its id, and a dump that gives ids",
	.setup = start_known_peer,
	.finish = end_nets,
	.actors = {
		{ "holder", let_go },
		{ "look-up", look_up },
		{ "dump", walk_list },
	},
};
