// SPDX-License-Identifier: GPL-2.0-only
/* A lock is published without a release: whoever finds it may not find it
 * initialised. */
#include "plant.h"

struct locked {
	spinlock_t lock;
};

static struct locked *shared;

static void one(void)
{
	struct locked *t = lab_alloc(sizeof(*t));

	spin_lock_init(&t->lock);
	WRITE_ONCE(shared, t); /* planted; instead: smp_store_release(&shared, t); */
}

static void two(void)
{
	struct locked *t = READ_ONCE(shared);

	if (!t)
		return;
	spin_lock(&t->lock);
	spin_unlock(&t->lock);
}

static void end(void)
{
	lab_free(shared);
}

SCENARIO(NULL, end, { "one", one }, { "two", two });
