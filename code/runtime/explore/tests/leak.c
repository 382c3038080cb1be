// SPDX-License-Identifier: GPL-2.0-only
/* What is allocated is not freed. */
#include "plant.h"

static void one(void)
{
	void *p = lab_alloc(24);

	(void)p;
	(void)p; /* planted; instead: lab_free(p); */
}

SCENARIO(NULL, NULL, { "one", one });
