// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_task_uts_inum() by itself: the owners are the scenario's own, and
 * careful. Two tasks share an nsproxy, and both of them leave it.
 *
 *	reader			careful sibling		careful owner
 *	1. finds the nsproxy
 *				2. finds it, too, by
 *				   its own pointer
 *							3. puts another one in
 *							   its place
 *				4. exits
 *							5. frees it, but not
 *							   under a reader who is
 *							   protected
 *	6. looks at its namespace
 *
 * The reader's caller may have interrupts off throughout. Under RCU the sibling
 * looks at the counts as well: a look takes no reference, not for a moment.
 *
 * Before that, alone: what is returned for a zombie, for a quiet task and for
 * another one, to a caller with interrupts off, and ten times in a row. After
 * it: who asks again is told the new one.
 */
#include "careful.h"

static unsigned int old, new;

static unsigned int peeks(struct lab_task *t)
{
	struct careful_used before = careful_used();
	unsigned int inum = scheme->task_uts_inum(t);

	lab_must(careful_used_most(before, CAREFUL_READER_LOCKS, 0),
		 "lab_task_uts_inum() " CAREFUL_READER_RULE);
	lab_must(careful_holds_nothing(t), inum ?
		 "lab_task_uts_inum() lets go of what it took" :
		 "lab_task_uts_inum() lets go of what it took when there is no nsproxy");
	return inum;
}

static void peeks_at_others(void)
{
	struct lab_task *zombie = careful_zombie();
	struct lab_task *other = careful_task(lab_create_nsproxy());

	lab_must(!peeks(zombie),
		 "lab_task_uts_inum() of a zombie returns 0");
	careful_bury(zombie);
	lab_must(peeks(other) == careful_pointer(other)->uts_ns->ns.inum,
		 "lab_task_uts_inum() returns the number of the task that it is asked about");
	careful_bury(other);
}

static void start(void)
{
	int i;

	careful_start();
	careful_share();
	old = careful_pointer(task)->uts_ns->ns.inum;
	new = spare[0]->uts_ns->ns.inum;

	peeks_at_others();
	lab_must(peeks(task) == old,
		 "lab_task_uts_inum() returns the number of the task's UTS namespace");
	for (i = 1; i < 10; i++)
		lab_must(peeks(task) == old,
			 "lab_task_uts_inum() returns the same when nothing has changed");
	local_irq_disable();
	(void)scheme->task_uts_inum(task);
	lab_must(irqs_disabled(),
		 "lab_task_uts_inum() leaves interrupts off for a caller who has them off");
	local_irq_enable();
	lab_must(refcount_read(&careful_pointer(task)->uts_ns->ns.count) == 1 &&
		 atomic_read(&careful_pointer(task)->count) == 2,
		 "lab_task_uts_inum() keeps no reference");
}

static void reader(void)
{
	bool off = careful_interrupts_off();
	struct careful_used before = careful_used();
	unsigned int inum = scheme->task_uts_inum(task);

	careful_interrupts_on(off);
	lab_must(careful_lockless(before),
		 "lab_task_uts_inum() " CAREFUL_READER_RULE);
	lab_must(inum == old || inum == new,
		 "lab_task_uts_inum() returns the old number or the new one: the task has not exited");
}

static void leaves(void)
{
	lab_must(scheme->task_uts_inum(sibling) == old,
		 "lab_task_uts_inum() returns the number of a task that has not begun to exit");
	lab_must(careful_unpinned(sibling),
		 "lab_task_uts_inum() takes no reference on anything");
	careful_sibling_leaves();
}

static void owner(void)
{
	careful_switch(task, spare[0]);
}

static void end(void)
{
	lab_must(peeks(task) == new,
		 "lab_task_uts_inum() returns the new number when the switch is over");
	lab_must(!peeks(sibling),
		 "lab_task_uts_inum() returns 0 when the exit is over");
	careful_bury(sibling);
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "only_peek",
	.what = "lab_task_uts_inum() against owners who make no mistake",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", reader },
		{ "careful sibling", leaves },
		{ "careful owner", owner },
	},
	.alloc_failures = 1,
};
