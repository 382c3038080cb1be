// SPDX-License-Identifier: GPL-2.0-only
/* Recursion without end. */
#include "plant.h"

static int down(int *n)
{
	int here = *n + 1;

	return down(&here) + here;
}

static void one(void)
{
	int n = 0;

	(void)down(&n);
}

SCENARIO(NULL, NULL, { "one", one });
