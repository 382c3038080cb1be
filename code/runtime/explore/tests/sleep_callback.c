// SPDX-License-Identifier: GPL-2.0-only
/* A callback that takes a mutex. */
#include "plant.h"

static DEFINE_MUTEX(lock);

static void callback(struct rcu_head *head)
{
	mutex_lock(&lock); /* planted */
	mutex_unlock(&lock); /* planted */
	lab_free(container_of(head, struct thing, rcu));
}

static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	call_rcu(&t->rcu, callback);
}

SCENARIO(NULL, NULL, { "one", one });
