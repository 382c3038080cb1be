// SPDX-License-Identifier: GPL-2.0-only
/*
 * One bit can't count (claim P7).
 *
 *	reader 1		reader 2		self
 *	1. sets the tag
 *				2. sets it again
 *	3. reads, unlocks
 *				4. takes the lock
 *				5. finds the nsproxy
 *	6. clears the tag
 *							7. no tag: fast path
 *							8. frees the old one
 *				9. looks through it
 */
#include "scenario.h"

const struct lab_scenario lab_scenario = {
	.name = "one_bit",
	.what = "a reader clears another reader's tag",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "reader 1", read_and_put },
		{ "reader 2", read_and_put },
		{ "self", switch_once },
	},
};
