// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that know ids only, against the cleanup (claim N4).
 *
 *	holder			lister			asker
 *	1. last put
 *	(worker)
 *				2. goes through the ids
 *							3. compares pointers
 *	4. out of the tables
 *	5. frees
 *							6. compares pointers
 *
 * 6 compares with a pointer to what is freed by now. It may: it looks at the
 * pointer, not through it.
 */
#include "scenario.h"

static void list(void)
{
	int nr = lab_rtnl_net_dumpid(lab_init_net);

	lab_expect(nr == 0 || nr == 1, "the peer has its id or not");
	lab_rtnl_net_notifyid(lab_init_net, LAB_NEWNSID, 0, GFP_KERNEL);
}

static void ask(void)
{
	int id = scheme->peernet2id(lab_init_net, peer);

	lab_expect(id == 0 || id == LAB_NSID_NOT_ASSIGNED,
		   "the peer has its id or not");
}

const struct lab_scenario lab_scenario = {
	.name = "by_number",
	.what = "ids are listed, compared and told of while their net dies",
	.setup = start_known_peer,
	.finish = end_nets,
	.actors = {
		{ "holder", let_go },
		{ "lister", list },
		{ "asker", ask },
	},
};
