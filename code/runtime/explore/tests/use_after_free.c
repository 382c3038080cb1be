// SPDX-License-Identifier: GPL-2.0-only
/* One frees what two still looks at. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	struct thing *t;

	spin_lock(&lock);
	t = shared;
	shared = NULL;
	spin_unlock(&lock);
	lab_free(t);
}

static void two(void)
{
	struct thing *t;

	spin_lock(&lock);
	t = shared;
	if (t)
		WRITE_ONCE(t->a, 1);
	spin_unlock(&lock);
	if (t) /* planted */
		WRITE_ONCE(t->a, 2); /* planted */
}

static void end(void)
{
	lab_free(shared);
}

SCENARIO(start, end, { "one", one }, { "two", two });
