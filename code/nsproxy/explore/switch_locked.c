// SPDX-License-Identifier: GPL-2.0-only
/*
 * switch_task_namespaces() may sleep (claim R8).
 *
 *	self
 *	1. takes a spinlock
 *	2. switches: might_sleep()
 *
 * Nothing else has to happen. The twin that must stay silent is one_reader.c.
 */
#include <linux/spinlock.h>

#include "scenario.h"

static DEFINE_SPINLOCK(some_lock);

static void self(void)
{
	spin_lock(&some_lock);
	scheme->switch_task_namespaces(task, spare[0]);
	spin_unlock(&some_lock);
}

const struct lab_scenario lab_scenario = {
	.name = "switch_locked",
	.what = "the owner switches while it holds a spinlock",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "reader", read_and_put },
		{ "self", self },
	},
};
