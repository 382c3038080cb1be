// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clearing the tag is a read and an exchange as well (claim P6).
 *
 *	reader				self
 *	1. sets the tag, reads, unlocks
 *	2. reads the pointer: old, tagged
 *					3. finds the tag, takes the lock
 *					4. installs new, frees old
 *	5. exchanges: old, without a tag
 *					6. reads its own: old
 */
#include "scenario.h"

static void self(void)
{
	switch_once();
	own_read();
}

const struct lab_scenario lab_scenario = {
	.name = "stale_clear",
	.what = "a reader clears its tag over a switch",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "reader", read_and_put },
		{ "self", self },
	},
};
