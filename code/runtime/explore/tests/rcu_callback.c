// SPDX-License-Identifier: GPL-2.0-only
/* A callback is no read-side critical section. */
#include "plant.h"

static struct thing *shared;

static void callback(struct rcu_head *head)
{
	rcu_dereference(shared); /* planted; instead: rcu_access_pointer(shared); */
	lab_free(container_of(head, struct thing, rcu));
}

static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	call_rcu(&t->rcu, callback);
}

SCENARIO(NULL, NULL, { "one", one });
