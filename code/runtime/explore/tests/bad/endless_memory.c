// SPDX-License-Identifier: GPL-2.0-only
/* A scenario that allocates without bound. */
#include "plant.h"

static void one(void)
{
	for (;;)
		(void)lab_alloc(64);
}

SCENARIO(NULL, NULL, { "one", one });
