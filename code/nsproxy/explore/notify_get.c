// SPDX-License-Identifier: GPL-2.0-only
/*
 * As notify_nsproxy.c, for the reader that takes a reference, and with a parent
 * who nests each lock of a task (claim R2). What a remote reader takes under
 * tasklist_lock, nobody may hold who wants tasklist_lock.
 *
 *	child, exiting			parent
 *	1. write_lock(tasklist_lock)
 *					2. holds a lock of its own task
 *	3. wants that lock
 *					4. wants read_lock(tasklist_lock)
 *
 * A reader without a lock has no step 3.
 */
#include <linux/spinlock.h>

#include "careful.h"

static DEFINE_RWLOCK(tasklist_lock);
static struct lab_uts_namespace *got;

static void child(void)
{
	write_lock_irq(&tasklist_lock);
	got = scheme->utsns_get(task);
	write_unlock_irq(&tasklist_lock);
}

static void parent(void)
{
	lab_task_lock(task);
	read_lock(&tasklist_lock);
	read_unlock(&tasklist_lock);
	lab_task_unlock(task);

	spin_lock(&task->nsproxy_lock);
	read_lock(&tasklist_lock);
	read_unlock(&tasklist_lock);
	spin_unlock(&task->nsproxy_lock);
}

static void end(void)
{
	if (got)
		lab_put_uts_ns(got);
	lab_put_nsproxy(spare[0]);
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "notify_get",
	.what = "a child's exit takes a reference through the parent's nsproxy",
	.setup = careful_start,
	.finish = end,
	.actors = {
		{ "child", child },
		{ "parent", parent },
	},
};
