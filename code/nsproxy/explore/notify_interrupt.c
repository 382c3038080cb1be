// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt variant of notify_nsproxy.c (claim R2): why alloc_lock nests
 * neither inside nor outside a write-locked tasklist_lock.
 *
 *	child, exiting		parent			softirq on parent's CPU
 *	1. write_lock_irq(tasklist_lock)
 *				2. set_task_comm():
 *				   holds alloc_lock,
 *				   interrupts on
 *							3. send_sigurg(): wants
 *							   read_lock(tasklist_lock)
 *	4. wants the parent's alloc_lock
 *
 * The parent can't go on before the softirq is over, the softirq not before the
 * child releases tasklist_lock, the child not before the parent releases
 * alloc_lock. The same goes for a scheme's own lock, if step 4 wants that: so
 * the parent also switches. RCU wants none.
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
	lab_set_comm(task, "x");
	switch_once();
}

static void softirq(void)
{
	read_lock(&tasklist_lock);
	read_unlock(&tasklist_lock);
}

const struct lab_scenario lab_scenario = {
	.name = "notify_interrupt",
	.what = "the same, and alloc_lock's holder is interrupted",
	.setup = start_task_and_spare,
	.finish = end_task,
	.actors = {
		{ "child", child },
		{ "parent", parent },
		{ "softirq", softirq, "parent" },
	},
};
