// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop goes round for ever in one state, and ends by itself in another: what
 * was seen of it in the first says nothing about the second. Its local variables
 * are never the same in two rounds.
 */
#include "plant.h"

static int endless = 1;

static void waits(void)
{
	int i;

	for (i = 0; READ_ONCE(endless) || i < 3000; i++)
		;
}

static void lets(void)
{
	WRITE_ONCE(endless, 1); /* planted; instead: WRITE_ONCE(endless, 0); */
}

SCENARIO(NULL, NULL, { "one", waits }, { "two", lets });
