// SPDX-License-Identifier: GPL-2.0-only
/*
 * Since task_active_pid_ns() the notification looks at the parent's struct pid,
 * which holds its namespace for good: unshare() does not change it (claim T6).
 *
 *	child, exiting			parent
 *	1. write_lock(tasklist_lock)
 *	2. finds the parent's pid
 *					3. unshare(): switches
 *					4. frees the old nsproxy
 *	5. looks at the pid's namespace
 */
#include <linux/spinlock.h>

#include "scenario.h"

struct pid_namespace {
	unsigned int level;
};

struct pid {
	struct pid_namespace *ns;
};

static struct pid_namespace *pid_ns;
static struct pid *parents_pid;
static DEFINE_RWLOCK(tasklist_lock);

static void start(void)
{
	start_task_and_spare();
	pid_ns = lab_alloc(sizeof(*pid_ns));
	parents_pid = lab_alloc(sizeof(*parents_pid));
	parents_pid->ns = pid_ns;
}

static void end(void)
{
	end_task();
	lab_free(parents_pid);
	lab_free(pid_ns);
}

static void child(void)
{
	write_lock_irq(&tasklist_lock);
	lab_expect(parents_pid->ns->level == 0, "the level of a live namespace");
	write_unlock_irq(&tasklist_lock);
}

const struct lab_scenario lab_scenario = {
	.name = "notify_pid",
	.what = "a child's exit reads the parent's pid namespace instead",
	.setup = start,
	.finish = end,
	.actors = {
		{ "child", child },
		{ "parent", switch_once },
	},
};
