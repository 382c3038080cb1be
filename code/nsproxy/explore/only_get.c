// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_utsns_get() by itself: the owner is the scenario's own, and careful.
 *
 *	reader				a careful owner
 *	1. finds the old nsproxy
 *					2. puts the new one in its place
 *					3. frees the old one, but not under a
 *					   reader who is protected
 *	4. takes a reference
 *
 * The reader's caller may have interrupts off throughout: a reader who pins the
 * nsproxy may be the one who drops its last reference, and that sleeps.
 *
 * Before that, alone: what is returned for a zombie, for a quiet task and for
 * another one, to a caller with interrupts off, and ten times in a row. After
 * it: who asks again is told the new one.
 */
#include "careful.h"

static struct lab_uts_namespace *old, *new;

static struct lab_uts_namespace *gets(struct lab_task *t)
{
	struct careful_used before = careful_used();
	struct lab_uts_namespace *uts_ns = scheme->utsns_get(t);

	lab_must(careful_used_most(before, CAREFUL_READER_LOCKS, 0),
		 "lab_utsns_get() " CAREFUL_READER_RULE);
	lab_must(careful_holds_nothing(t), uts_ns ?
		 "lab_utsns_get() lets go of what it took" :
		 "lab_utsns_get() lets go of what it took when there is no nsproxy");
	return uts_ns;
}

static void gets_of_others(void)
{
	struct lab_task *zombie = careful_zombie();
	struct lab_task *other = careful_task(lab_create_nsproxy());
	struct lab_uts_namespace *uts_ns;

	lab_must(!gets(zombie),
		 "lab_utsns_get() of a zombie returns NULL");
	careful_bury(zombie);

	uts_ns = gets(other);
	lab_must(uts_ns == careful_pointer(other)->uts_ns,
		 "lab_utsns_get() returns the UTS namespace of the task that it is asked about");
	lab_put_uts_ns(uts_ns);
	careful_bury(other);
}

static void gets_with_interrupts_off(void)
{
	struct lab_uts_namespace *uts_ns;

	local_irq_disable();
	uts_ns = scheme->utsns_get(task);
	lab_must(irqs_disabled(),
		 "lab_utsns_get() leaves interrupts off for a caller who has them off");
	local_irq_enable();
	lab_put_uts_ns(uts_ns);
}

static void start(void)
{
	int i;

	careful_start();
	old = careful_pointer(task)->uts_ns;
	new = spare[0]->uts_ns;

	lab_must(gets(task) == old,
		 "lab_utsns_get() returns the UTS namespace of the task");
	lab_must(refcount_read(&old->ns.count) == 2,
		 "lab_utsns_get() takes one reference, which is the caller's");
	for (i = 1; i < 10; i++)
		lab_must(gets(task) == old,
			 "lab_utsns_get() returns the same when nothing has changed");
	lab_must(refcount_read(&old->ns.count) == 11,
		 "lab_utsns_get() takes one reference each time");
	while (i--)
		lab_put_uts_ns(old);
	gets_of_others();
	gets_with_interrupts_off();
	lab_must(atomic_read(&careful_pointer(task)->count) == 1,
		 "lab_utsns_get() keeps no reference on the nsproxy");
	lab_must(careful_pointer(task)->uts_ns == old,
		 "lab_utsns_get() leaves the task's pointer alone");
}

static void reader(void)
{
	bool off = careful_interrupts_off();
	struct careful_used before = careful_used();
	struct lab_uts_namespace *uts_ns = scheme->utsns_get(task);

	careful_interrupts_on(off);
	lab_must(careful_lockless(before),
		 "lab_utsns_get() " CAREFUL_READER_RULE);
	lab_must(uts_ns == old || uts_ns == new,
		 "lab_utsns_get() returns the old UTS namespace or the new one: the task has not exited");
	lab_put_uts_ns(uts_ns);
}

static void owner(void)
{
	careful_switch(task, spare[0]);
}

static void end(void)
{
	lab_must(gets(task) == new,
		 "lab_utsns_get() returns the new UTS namespace when the switch is over");
	lab_put_uts_ns(new);
	careful_switch(task, NULL);
	lab_must(!gets(task),
		 "lab_utsns_get() returns NULL when the exit is over");
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "only_get",
	.what = "lab_utsns_get() against an owner who makes no mistake",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", reader },
		{ "careful owner", owner },
	},
	.alloc_failures = 1,
};
