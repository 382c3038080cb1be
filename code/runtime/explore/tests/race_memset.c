// SPDX-License-Identifier: GPL-2.0-only
/* memset() is an access like any other. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void one(void)
{
	memset(shared, 0, sizeof(*shared));
}

static void two(void)
{
	shared->b = 1; /* planted */
}

static void end(void)
{
	lab_free(shared);
}

SCENARIO(start, end, { "one", one }, { "two", two });
