// SPDX-License-Identifier: GPL-2.0-only
/* A write over the explorer's own variables, which lie behind these. */
#include "plant.h"

int mine = 1;

static void __attribute__((no_sanitize_thread)) scribble(void)
{
	volatile char *p = (char *)&mine;
	long i;

	for (i = 64; i < 400000; i++)
		p[i] = 0x41;
}

static void one(void)
{
	scribble();
}

SCENARIO(NULL, NULL, { "one", one });
