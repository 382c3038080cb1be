// SPDX-License-Identifier: GPL-2.0-only
/*
 * do_notify_parent() runs with tasklist_lock held for writing (claim R2).
 *
 *	child, exiting			parent
 *	1. write_lock(tasklist_lock)
 *					2. task_lock(self)
 *	3. wants the parent's alloc_lock
 *					4. wants read_lock(tasklist_lock)
 *
 * Neither goes on. RCU takes no lock at 3.
 */
#include <linux/spinlock.h>

#include "scenario.h"

static DEFINE_RWLOCK(tasklist_lock);

static void child(void)
{
	write_lock_irq(&tasklist_lock);
	(void)scheme->task_uts_inum(task);
	write_unlock_irq(&tasklist_lock);
}

static void parent(void)
{
	lab_task_lock(task);
	read_lock(&tasklist_lock);
	read_unlock(&tasklist_lock);
	lab_task_unlock(task);
}

const struct lab_scenario lab_scenario = {
	.name = "notify_nsproxy",
	.what = "a child's exit reads the parent's nsproxy under tasklist_lock",
	.setup = start_task,
	.finish = end_task,
	.actors = {
		{ "child", child },
		{ "parent", parent },
	},
};
