// SPDX-License-Identifier: GPL-2.0-only
/* Recursion that the explorer sees nothing of. */
#include "plant.h"

static int __attribute__((no_sanitize_thread)) down(int n)
{
	volatile char here[4000];

	here[n % 4000] = n;
	return down(n + 1) + here[n % 4000];
}

static void one(void)
{
	(void)down(0);
}

SCENARIO(NULL, NULL, { "one", one });
