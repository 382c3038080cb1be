// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two nets die, and the one worker cleans up both, together or one after the
 * other: two_workers.c as it is in the kernel (claim N5).
 */
#include "scenario.h"

static struct lab_net *other;

static void start_two(void)
{
	start_known_peer();
	other = scheme->copy_net_ns();
	scheme->peernet2id_alloc(lab_init_net, other, GFP_KERNEL);
	scheme->peernet2id_alloc(peer, other, GFP_KERNEL);
}

static void let_other_go(void)
{
	lab_put_net(other);
}

const struct lab_scenario lab_scenario = {
	.name = "one_worker",
	.what = "two nets that know each other die; an id is looked up",
	.setup = start_two,
	.finish = end_nets,
	.actors = {
		{ "holder 1", let_go },
		{ "holder 2", let_other_go },
		{ "look-up", look_up },
	},
};
