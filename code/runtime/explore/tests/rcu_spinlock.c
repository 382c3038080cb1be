// SPDX-License-Identifier: GPL-2.0-only
/* A spinlock holds off a grace period, and a mutex does not. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void end(void)
{
	lab_free(shared);
}

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(mutex);

static void reader(void)
{
	struct thing *t;

	(void)&spin;
	(void)&mutex;
	mutex_lock(&mutex); /* planted; instead: spin_lock(&spin); */
	t = READ_ONCE(shared);
	(void)READ_ONCE(t->a);
	mutex_unlock(&mutex); /* planted; instead: spin_unlock(&spin); */
}

static void writer(void)
{
	struct thing *old = shared, *new = lab_alloc(sizeof(*new));

	rcu_assign_pointer(shared, new);
	synchronize_rcu();
	lab_free(old);
}

SCENARIO(start, end, { "reader", reader }, { "writer", writer });
