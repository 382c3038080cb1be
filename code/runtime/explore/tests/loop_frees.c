// SPDX-License-Identifier: GPL-2.0-only
/* Each round of a loop that waits allocates memory and frees it: no leak, no end of memory. */
#include "plant.h"

static int flag;

static void waits(void)
{
	struct thing *thing;
	int seen;

	do {
		thing = lab_alloc(sizeof(*thing));
		thing->a = READ_ONCE(flag);
		seen = thing->a;
		lab_free(thing);
	} while (!seen);
}

static void sets(void)
{
	WRITE_ONCE(flag, 0); /* planted; instead: WRITE_ONCE(flag, 1); */
}

SCENARIO(NULL, NULL, { "one", waits }, { "two", sets });
