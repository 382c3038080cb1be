// SPDX-License-Identifier: GPL-2.0-only
/* call_rcu() writes to the object: it must still be there. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void callback(struct rcu_head *head)
{
}

static void one(void)
{
	call_rcu(&shared->rcu, callback);
}

static void two(void)
{
	lab_free(shared); /* planted */
}

static void end(void)
{
	(void)0; /* planted; instead: lab_free(shared); */
}

SCENARIO(start, end, { "one", one }, { "two", two });
