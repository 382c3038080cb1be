// SPDX-License-Identifier: GPL-2.0-only
/* rcu_read_unlock() too many. */
#include "plant.h"

static void one(void)
{
	rcu_read_lock();
	rcu_read_unlock();
	rcu_read_unlock(); /* planted */
}

SCENARIO(NULL, NULL, { "one", one });
