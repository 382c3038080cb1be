// SPDX-License-Identifier: GPL-2.0-only
/* An object says that it was misused. */
#include "plant.h"

static void one(void)
{
	lab_violated(LAB_NOT_MINE, NULL); /* planted */
}

SCENARIO(NULL, NULL, { "one", one });
