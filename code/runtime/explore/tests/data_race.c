// SPDX-License-Identifier: GPL-2.0-only
/* A counter that is only looked at for a guess; one look does not say so. */
#include "plant.h"

int hits, shown;

static void one(void)
{
	hits++;
}

static void two(void)
{
	shown = hits; /* planted; instead: shown = data_race(hits); */
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
