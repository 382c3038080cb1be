// SPDX-License-Identifier: GPL-2.0-only
/* A callback still runs when what it needs is gone. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void callback(struct rcu_head *head)
{
	WRITE_ONCE(shared->a, 1);
	lab_free(container_of(head, struct thing, rcu));
}

static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	call_rcu(&t->rcu, callback);
	(void)0; /* planted; instead: rcu_barrier(); */
	lab_free(shared);
}

SCENARIO(start, NULL, { "one", one });
