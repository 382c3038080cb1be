// SPDX-License-Identifier: GPL-2.0-only
/* A free without a grace period. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void one(void)
{
	struct thing *t = shared;

	rcu_assign_pointer(shared, NULL);
	(void)0; /* planted; instead: synchronize_rcu(); */
	lab_free(t);
}

static void two(void)
{
	struct thing *t;

	rcu_read_lock();
	t = rcu_dereference(shared);
	if (t)
		(void)READ_ONCE(t->a);
	rcu_read_unlock();
}

static void end(void)
{
	lab_free(shared);
}

SCENARIO(start, end, { "one", one }, { "two", two });
