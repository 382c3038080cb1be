// SPDX-License-Identifier: GPL-2.0-only
/* Freed while it waits for its grace period, and the callback does not look. */
#include "plant.h"

static void callback(struct rcu_head *head)
{
}

static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	call_rcu(&t->rcu, callback);
	(void)0; /* planted; instead: rcu_barrier(); */
	lab_free(t);
}

SCENARIO(NULL, NULL, { "one", one });
