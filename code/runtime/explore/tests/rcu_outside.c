// SPDX-License-Identifier: GPL-2.0-only
/* rcu_dereference() outside of a section. */
#include "plant.h"

static struct thing *shared;

static void one(void)
{
	(void)0; /* planted; instead: rcu_read_lock(); */
	(void)rcu_dereference(shared);
	(void)0; /* planted; instead: rcu_read_unlock(); */
}

SCENARIO(NULL, NULL, { "one", one });
