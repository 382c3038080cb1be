// SPDX-License-Identifier: GPL-2.0-only
/* BUG_ON() ends it: what would follow is not seen. */
#include "plant.h"

static struct thing *p;

static void start(void)
{
	p = NULL; /* planted; instead: p = lab_alloc(sizeof(*p)); */
}

static void one(void)
{
	struct thing *t = READ_ONCE(p);

	BUG_ON(!t);
	t->a = 1;
}

static void end(void)
{
	lab_free(p);
}

SCENARIO(start, end, { "one", one });
