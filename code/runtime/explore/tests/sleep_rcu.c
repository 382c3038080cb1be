// SPDX-License-Identifier: GPL-2.0-only
/* A mutex within a read-side critical section. */
#include "plant.h"

static DEFINE_MUTEX(lock);

static void one(void)
{
	rcu_read_lock(); /* planted */
	mutex_lock(&lock);
	mutex_unlock(&lock);
	rcu_read_unlock(); /* planted */
}

SCENARIO(NULL, NULL, { "one", one });
