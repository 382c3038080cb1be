// SPDX-License-Identifier: GPL-2.0-only
/* A lock that an RCU callback takes, a softirq, and others with softirqs on. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void callback(struct rcu_head *head)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	lab_free(container_of(head, struct thing, rcu));
}

static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	call_rcu(&t->rcu, callback);
	spin_lock(&lock); /* planted; instead: spin_lock_bh(&lock); */
	spin_unlock(&lock); /* planted; instead: spin_unlock_bh(&lock); */
}

SCENARIO(NULL, NULL, { "one", one });
