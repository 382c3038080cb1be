// SPDX-License-Identifier: GPL-2.0-only
/* A write past an object that the compiler was told not to instrument. */
#include "plant.h"

static void __attribute__((no_sanitize_thread)) scribble(char *p)
{
	((volatile char *)p)[-3] = 1;
}

static void one(void)
{
	char *p = lab_alloc(16);

	scribble(p);
	lab_free(p);
}

SCENARIO(NULL, NULL, { "one", one });
