// SPDX-License-Identifier: GPL-2.0-only
/* Two free the same. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static atomic_t count = ATOMIC_INIT(2);

static void one(void)
{
	if (atomic_dec_and_test(&count))
		lab_free(shared);
}

static void two(void)
{
	if (atomic_dec_and_test(&count))
		lab_free(shared);
}

static void end(void)
{
	lab_free(shared); /* planted */
}

SCENARIO(start, end, { "one", one }, { "two", two });
