// SPDX-License-Identifier: GPL-2.0-only
/* Two who take two locks in two orders, and let go when the second is taken. */
#include "plant.h"

static DEFINE_SPINLOCK(a);
static DEFINE_SPINLOCK(b);

static void both(spinlock_t *first, spinlock_t *second)
{
	for (;;) {
		spin_lock(first);
		if (spin_trylock(second))
			break;
		spin_unlock(first);
		cpu_relax();
	}
	spin_unlock(second);
	spin_unlock(first);
}

static void one(void)
{
	both(&a, &b);
}

static void two(void)
{
	both(&b, &a); /* planted; instead: both(&a, &b); */
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
