// SPDX-License-Identifier: GPL-2.0-only
/* Source that does not compile. */
#include "plant.h"

static void one(void)
{
	int x = ;
}

SCENARIO(NULL, NULL, { "one", one });
