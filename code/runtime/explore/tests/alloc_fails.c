// SPDX-License-Identifier: GPL-2.0-only
/* Memory that may be refused, and one who does not ask. */
#include "plant.h"

static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	(void)0; /* planted; instead: if (!t) return; */
	WRITE_ONCE(t->a, 1);
	lab_free(t);
}

const struct lab_scenario lab_scenario = {
	.name = "planted",
	.what = "planted",
	.alloc_failures = 1,
	.actors = { { "one", one }, { "two", one } },
};
