// SPDX-License-Identifier: GPL-2.0-only
/* What waits for its grace period is given to call_rcu() again. */
#include "plant.h"

static struct thing thing;

static void callback(struct rcu_head *head)
{
}

static void one(void)
{
	call_rcu(&thing.rcu, callback);
	(void)0; /* planted; instead: rcu_barrier(); */
	call_rcu(&thing.rcu, callback);
}

SCENARIO(NULL, NULL, { "one", one });
