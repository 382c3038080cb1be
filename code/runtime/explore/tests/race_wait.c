// SPDX-License-Identifier: GPL-2.0-only
/* Waiting for a flag that is set without a release. */
#include "plant.h"

static struct thing *shared;
static int done;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void one(void)
{
	shared->a = 1;
	WRITE_ONCE(done, 1); /* planted; instead: smp_store_release(&done, 1); */
}

static void two(void)
{
	while (!smp_load_acquire(&done))
		;
	lab_free(shared);
}

SCENARIO(start, NULL, { "one", one }, { "two", two });
