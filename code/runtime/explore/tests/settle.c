// SPDX-License-Identifier: GPL-2.0-only
/* A work behind a grace period still runs when what it needs is gone. */
#include "plant.h"
#include "lab_scenario.h"

static struct thing *shared;
static struct rcu_work work;

static void work_fn(struct work_struct *w)
{
	WRITE_ONCE(shared->a, 1);
}

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
	INIT_RCU_WORK(&work, work_fn);
}

static void one(void)
{
	queue_rcu_work(system_wq, &work);
	rcu_barrier(); /* planted; instead: lab_settle(); */
	lab_free(shared);
}

SCENARIO(start, NULL, { "one", one });
