// SPDX-License-Identifier: GPL-2.0-only
/* A write to nowhere that the compiler was told not to instrument. */
#include "plant.h"

static void __attribute__((no_sanitize_thread)) scribble(void)
{
	*(volatile int *)0x123456789000 = 1;
}

static void one(void)
{
	scribble();
}

SCENARIO(NULL, NULL, { "one", one });
