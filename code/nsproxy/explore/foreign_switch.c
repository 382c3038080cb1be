// SPDX-License-Identifier: GPL-2.0-only
/*
 * Only the task itself may change its nsproxy (claim T5).
 *
 *	self				somebody else
 *	1. finds its nsproxy, lock-free
 *					2. switches self's nsproxy
 *					3. frees the old one
 *	4. looks through it
 *
 * Step 2 does no harm to remote readers, whom the scheme protects. It does to
 * self, who reads without protection. Twin: switch.c, in which self switches.
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "foreign_switch",
	.what = "somebody else switches the owner's nsproxy",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "self", own_read },
		{ "somebody else", switch_once },
	},
};
