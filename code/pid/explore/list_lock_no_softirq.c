// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I8 without its third ingredient: nobody takes tasklist_lock in
 * softirq. Who holds the list's lock is then never kept from releasing it.
 */
#include "scenario.h"

static void exit_and_notify(void)
{
	lab_exit_notify(task);
}

static void end_process(void)
{
	release();
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "list_lock_no_softirq",
	.what = "a look-up and an exit that is told of",
	.setup = start_process,
	.finish = end_process,
	.actors = {
		{ "looks", look },
		{ "exits", exit_and_notify },
	},
};
