// SPDX-License-Identifier: GPL-2.0-only
/* With preemption off rcu_dereference() is still suspicious. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void end(void)
{
	lab_free(shared);
}

static void reader(void)
{
	struct thing *t;

	preempt_disable();
	t = rcu_dereference(shared); /* planted; instead: t = rcu_dereference_sched(shared); */
	(void)READ_ONCE(t->a);
	preempt_enable();
}

SCENARIO(start, end, { "reader", reader });
