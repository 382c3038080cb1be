// SPDX-License-Identifier: GPL-2.0-only
/* Who tries again must want what it found. */
#include "plant.h"

int n;

static void add(void)
{
	int old = READ_ONCE(n), seen;

	while ((seen = cmpxchg(&n, old, old + 1)) != old) {
		(void)0; /* planted; instead: old = seen; */
		cpu_relax();
	}
}

static void end(void)
{
	lab_expect(READ_ONCE(n) == 3, "all were counted");
}

SCENARIO(NULL, end, { "one", add }, { "two", add }, { "three", add });
