// SPDX-License-Identifier: GPL-2.0-only
/* Most executions end in a use after free. The one that does not shows more. */
#include "plant.h"

static struct thing *shared;
int flag, seen;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void one(void)
{
	(void)READ_ONCE(flag);
	lab_free(shared); /* planted */
	WARN_ON(READ_ONCE(seen)); /* planted; instead: (void)READ_ONCE(seen); */
}

static void two(void)
{
	WRITE_ONCE(shared->a, 1);
	WRITE_ONCE(seen, 1);
}

static void end(void)
{
	(void)0; /* planted; instead: lab_free(shared); */
}

SCENARIO(start, end, { "one", one }, { "two", two });
