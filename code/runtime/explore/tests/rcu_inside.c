// SPDX-License-Identifier: GPL-2.0-only
/* synchronize_rcu() waits for its own section. */
#include "plant.h"

static void one(void)
{
	rcu_read_lock();
	rcu_read_unlock();
	rcu_read_lock(); /* planted */
	synchronize_rcu();
	rcu_read_unlock(); /* planted */
}

SCENARIO(NULL, NULL, { "one", one });
