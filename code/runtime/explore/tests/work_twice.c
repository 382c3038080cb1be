// SPDX-License-Identifier: GPL-2.0-only
/* A work is never run twice at a time, behind a grace period neither; two
 * works are. */
#include "plant.h"

static int running;

static void work_fn(struct work_struct *w)
{
	WARN_ON(READ_ONCE(running));
	WRITE_ONCE(running, 1);
	WRITE_ONCE(running, 0);
}

static struct rcu_work work = { { .func = work_fn } };
struct rcu_work other = { { .func = work_fn } };

static void one(void)
{
	queue_rcu_work(system_wq, &work);
}

static void two(void)
{
	queue_rcu_work(system_wq, &other); /* planted; instead: queue_rcu_work(system_wq, &work); */
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
