// SPDX-License-Identifier: GPL-2.0-only
/*
 * An id is given in the table of a net that was found by RCU and dies.
 *
 *	dump			holder
 *	1. finds the net, alive
 *				2. last put
 *				(worker)
 *				3. empties its table
 *	4. gives an id in it
 *				5. frees the net
 *
 * The look at the count (claim N3) turns away a caller whose net is dying
 * already, as the worker's is when it says farewell. It does not hold off a
 * net's death: the caller must hold a reference on the net whose table it is.
 * This one does not, and that is the mistake, whether 3 takes the table's lock
 * (2018: the id stays, a leak) or not (2026: a data race as well). With the
 * reference nobody comes to the table any more at 3, and the lock is not needed:
 * held_table.c. The peer need not be held.
 */
#include "scenario.h"

static void name_in_each(void)
{
	struct lab_net *net;

	rcu_read_lock();
	lab_for_each_net_rcu(net)
		scheme->peernet2id_alloc(net, lab_init_net, GFP_ATOMIC);
	rcu_read_unlock();
}

const struct lab_scenario lab_scenario = {
	.name = "dying_table",
	.what = "an id is given in the table of a net that nobody holds",
	.setup = start_known_peer,
	.finish = end_nets,
	.actors = {
		{ "holder", let_go },
		{ "dump", name_in_each },
	},
};
