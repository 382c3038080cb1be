// SPDX-License-Identifier: GPL-2.0-only
/* A loop that counts waits for a flag; the other task writes elsewhere, and is done. */
#include "plant.h"

int flag, other, counted;

static void waits(void)
{
	int i;

	for (i = 0; !READ_ONCE(flag); i++)
		;
	counted = i;
}

static void writes(void)
{
	WRITE_ONCE(other, 1); /* planted; instead: WRITE_ONCE(flag, 1); */
}

SCENARIO(NULL, NULL, { "one", waits }, { "two", writes });
