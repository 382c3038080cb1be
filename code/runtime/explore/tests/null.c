// SPDX-License-Identifier: GPL-2.0-only
/* A field of NULL is read. */
#include "plant.h"

static void one(void)
{
	struct thing *t = NULL;
	struct thing *volatile v = NULL;

	t = v;
	WRITE_ONCE(t->b, 1); /* planted */
	(void)t;
}

SCENARIO(NULL, NULL, { "one", one });
