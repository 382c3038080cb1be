// SPDX-License-Identifier: GPL-2.0-only
/* An interrupt handler is a reader as it is; what it leaves behind is none. */
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

static struct thing *left;

static void handler(void)
{
	struct thing *t = READ_ONCE(shared);

	WRITE_ONCE(left, t);
	(void)READ_ONCE(t->a);
}

static void one(void)
{
	struct thing *t;

	(void)t;
	t = READ_ONCE(left); /* planted */
	if (t) /* planted */
		(void)READ_ONCE(t->a); /* planted */
}

static void writer(void)
{
	struct thing *old = shared, *new = lab_alloc(sizeof(*new));

	rcu_assign_pointer(shared, new);
	synchronize_rcu();
	lab_free(old);
}

SCENARIO(start, end, { "one", one }, { "handler", handler, "one" },
	 { "writer", writer });
