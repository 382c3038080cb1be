// SPDX-License-Identifier: GPL-2.0-only
/* A write past a local array. */
#include "plant.h"

static void __attribute__((no_sanitize_thread)) smash(volatile int *n)
{
	volatile char here[8];
	int i;

	for (i = 0; i < *n; i++)
		here[i] = 1;
}

static void one(void)
{
	volatile int n = 64;

	smash(&n);
}

SCENARIO(NULL, NULL, { "one", one });
