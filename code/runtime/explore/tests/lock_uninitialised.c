// SPDX-License-Identifier: GPL-2.0-only
/* A lock that was never initialised. */
#include "plant.h"

static spinlock_t lock;

static void one(void)
{
	(void)0; /* planted; instead: spin_lock_init(&lock); */
	spin_lock(&lock);
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one });
