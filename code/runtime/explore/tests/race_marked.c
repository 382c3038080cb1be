// SPDX-License-Identifier: GPL-2.0-only
/* A plain read against a marked write. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void one(void)
{
	WRITE_ONCE(shared->a, 1);
}

static void two(void)
{
	int a;

	a = shared->a; /* planted; instead: a = READ_ONCE(shared->a); */
	WRITE_ONCE(shared->b, a);
}

static void end(void)
{
	lab_free(shared);
}

SCENARIO(start, end, { "one", one }, { "two", two });
