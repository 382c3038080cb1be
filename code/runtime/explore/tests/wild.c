// SPDX-License-Identifier: GPL-2.0-only
/* A number is taken for a pointer. */
#include "plant.h"

static void one(void)
{
	unsigned long v = 0;

	v = 0x123456789000; /* planted */
	if (v)
		WRITE_ONCE(*(int *)v, 1);
}

SCENARIO(NULL, NULL, { "one", one });
