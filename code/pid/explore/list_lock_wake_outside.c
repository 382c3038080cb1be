// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I8 without its second ingredient: those who poll the pidfd are woken
 * after tasklist_lock is released, with interrupts off all the same.
 */
#include "scenario.h"

static void exit_and_notify(void)
{
	write_lock_irq(&lab_tasklist_lock);
	write_unlock_irq(&lab_tasklist_lock);
	lab_wake_pidfd(lab_task_pid(task));
}

static void sigurg(void)
{
	lab_send_sigurg(lab_task_pid(task));
}

static void end_process(void)
{
	release();
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "list_lock_wake_outside",
	.what = "a look-up, an exit told of outside of tasklist_lock, and a softirq",
	.setup = start_process,
	.finish = end_process,
	.actors = {
		{ "looks", look },
		{ "exits", exit_and_notify },
		{ "softirq", sigurg, "looks" },
	},
};
