// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preemption off holds off a grace period, since 4.20; and nothing does once it is
 * on again.
 *
 *	reader				writer
 *	1. finds the object
 *					2. replaces it
 *					3. a grace period
 *					4. frees it
 *	5. looks at it
 */
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
	t = rcu_dereference_sched(shared);
	preempt_enable(); /* planted */
	(void)READ_ONCE(t->a);
	preempt_disable(); /* planted */
	preempt_enable();
}

static void writer(void)
{
	struct thing *old = shared, *new = lab_alloc(sizeof(*new));

	rcu_assign_pointer(shared, new);
	synchronize_rcu();
	lab_free(old);
}

SCENARIO(start, end, { "reader", reader }, { "writer", writer });
