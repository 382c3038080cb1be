// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts off, and a callback of call_rcu(): it comes after them as well. */
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

	(void)0; /* planted; instead: local_irq_disable(); */
	t = READ_ONCE(shared);
	local_irq_disable(); /* planted; instead: ; */
	(void)READ_ONCE(t->a);
	local_irq_enable();
}

static void callback(struct rcu_head *head)
{
	lab_free(container_of(head, struct thing, rcu));
}

static void writer(void)
{
	struct thing *old = shared, *new = lab_alloc(sizeof(*new));

	rcu_assign_pointer(shared, new);
	call_rcu(&old->rcu, callback);
}

SCENARIO(start, end, { "reader", reader }, { "writer", writer });
