// SPDX-License-Identifier: GPL-2.0-only
/* The same byte; its neighbours are nobody's business. */
#include "plant.h"

char bytes[8];

static void one(void)
{
	bytes[3] = 1;
}

static void two(void)
{
	bytes[3] = 2; /* planted; instead: bytes[4] = 2; */
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
