// SPDX-License-Identifier: GPL-2.0-only
/* A loop that the explorer sees nothing of. */
#include "plant.h"

static void one(void)
{
	for (;;)
		barrier();
}

SCENARIO(NULL, NULL, { "one", one });
