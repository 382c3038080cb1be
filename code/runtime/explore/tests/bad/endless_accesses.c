// SPDX-License-Identifier: GPL-2.0-only
/* A scenario that never ends, in plain accesses. */
#include "plant.h"

static int n[2];

static void one(void)
{
	int i = 0;

	for (;; i = !i) {
		n[i]++;
		barrier();
	}
}

SCENARIO(NULL, NULL, { "one", one });
