// SPDX-License-Identifier: GPL-2.0-only
/* Code that does something else each time: a search can't follow it. */
#include "plant.h"

static int n;

static void one(void)
{
	if (__builtin_ia32_rdtsc() >> 6 & 1)
		WRITE_ONCE(n, 1);
	WRITE_ONCE(n, 2);
}

static void two(void)
{
	(void)READ_ONCE(n);
	WRITE_ONCE(n, 3);
	(void)READ_ONCE(n);
}

static void three(void)
{
	(void)READ_ONCE(n);
	WRITE_ONCE(n, 4);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two }, { "three", three });
