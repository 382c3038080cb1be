// SPDX-License-Identifier: GPL-2.0-only
/* More callbacks than the explorer can tell apart. */
#include "plant.h"

static void callback(struct rcu_head *head)
{
	lab_free(container_of(head, struct thing, rcu));
}

static void one(void)
{
	int i;

	for (i = 0; i < 100; i++) {
		struct thing *t = lab_alloc(sizeof(*t));

		call_rcu(&t->rcu, callback);
	}
}

SCENARIO(NULL, NULL, { "one", one });
