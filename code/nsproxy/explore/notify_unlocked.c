// SPDX-License-Identifier: GPL-2.0-only
/*
 * The race of 2007: do_notify_parent() looked at the parent's nsproxy under
 * tasklist_lock only, which unshare() does not take (claim T6).
 *
 *	child, exiting			parent
 *	1. write_lock(tasklist_lock)
 *	2. finds the parent's nsproxy
 *					3. unshare(): switches
 *					4. frees the old one
 *	5. looks through it
 *
 * Twin: notify_pid.c.
 */
#include <linux/spinlock.h>

#include "scenario.h"

static DEFINE_RWLOCK(tasklist_lock);

static void child(void)
{
	struct lab_nsproxy *nsproxy;

	write_lock_irq(&tasklist_lock);
	nsproxy = (struct lab_nsproxy *)pointer_word(task);
	if (nsproxy)
		(void)READ_ONCE(nsproxy->uts_ns);
	write_unlock_irq(&tasklist_lock);
}

const struct lab_scenario lab_scenario = {
	.name = "notify_unlocked",
	.what = "a child's exit reads the parent's nsproxy without protection",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "child", child },
		{ "parent", switch_once },
	},
};
