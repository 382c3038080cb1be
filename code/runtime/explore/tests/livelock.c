// SPDX-License-Identifier: GPL-2.0-only
/* A flag that nobody sets. */
#include "plant.h"

int flag;

static void one(void)
{
	while (!READ_ONCE(flag))
		;
}

static void two(void)
{
	(void)0; /* planted; instead: WRITE_ONCE(flag, 1); */
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
