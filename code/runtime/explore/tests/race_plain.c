// SPDX-License-Identifier: GPL-2.0-only
/* Two plain accesses, one of them a write. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void one(void)
{
	shared->a = 1;
}

static void two(void)
{
	shared->a = 2; /* planted; instead: shared->b = 2; */
}

static void end(void)
{
	lab_free(shared);
}

SCENARIO(start, end, { "one", one }, { "two", two });
