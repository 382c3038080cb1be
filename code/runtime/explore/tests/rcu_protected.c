// SPDX-License-Identifier: GPL-2.0-only
/* rcu_dereference_protected() whose condition does not hold. */
#include "plant.h"

static struct thing *shared;
static DEFINE_SPINLOCK(lock);

static void one(void)
{
	(void)0; /* planted; instead: spin_lock(&lock); */
	(void)rcu_dereference_protected(shared, lockdep_is_held(&lock));
	(void)0; /* planted; instead: spin_unlock(&lock); */
}

SCENARIO(NULL, NULL, { "one", one });
