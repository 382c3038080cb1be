// SPDX-License-Identifier: GPL-2.0-only
/* A scenario that never ends, one visible step after the other. */
#include "plant.h"

static atomic_t n;

static void one(void)
{
	for (;;)
		atomic_inc(&n);
}

SCENARIO(NULL, NULL, { "one", one });
