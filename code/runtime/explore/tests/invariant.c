// SPDX-License-Identifier: GPL-2.0-only
/* Two increments that are not atomic. */
#include "plant.h"

static int n;

static void one(void)
{
	int seen = READ_ONCE(n);

	WRITE_ONCE(n, seen + 1);
}

static void two(void)
{
	int seen = READ_ONCE(n);

	WRITE_ONCE(n, seen + 1);
}

static void end(void)
{
	lab_expect(READ_ONCE(n) == 2, "both were counted"); /* planted */
}

SCENARIO(NULL, end, { "one", one }, { "two", two });
