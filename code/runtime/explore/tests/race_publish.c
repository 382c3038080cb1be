// SPDX-License-Identifier: GPL-2.0-only
/* Publication without a release. */
#include "plant.h"

static struct thing *shared;

static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	t->a = 1;
	WRITE_ONCE(shared, t); /* planted; instead: smp_store_release(&shared, t); */
}

static void two(void)
{
	struct thing *t = READ_ONCE(shared);

	if (t)
		lab_expect(t->a == 1, "initialised");
}

static void end(void)
{
	lab_free(shared);
}

SCENARIO(NULL, end, { "one", one }, { "two", two });
