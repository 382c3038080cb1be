// SPDX-License-Identifier: GPL-2.0-only
/* A tag is left on a pointer to a live object. */
#include "plant.h"

static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));
	unsigned long word = (unsigned long)t;

	word |= 1; /* planted */
	WRITE_ONCE(((struct thing *)word)->a, 1);
	lab_free(t);
}

SCENARIO(NULL, NULL, { "one", one });
