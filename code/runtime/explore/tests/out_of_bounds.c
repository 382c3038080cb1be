// SPDX-License-Identifier: GPL-2.0-only
/* One past the end. */
#include "plant.h"

static void one(void)
{
	int *p = lab_alloc(12);

	WRITE_ONCE(p[3], 1); /* planted; instead: WRITE_ONCE(p[2], 1); */
	lab_free(p);
}

SCENARIO(NULL, NULL, { "one", one });
