// SPDX-License-Identifier: GPL-2.0-only
/* A call of what the runtime does not model. */
#include "plant.h"

#include <stdlib.h>

static void one(void)
{
	free(malloc(8));
}

SCENARIO(NULL, NULL, { "one", one });
