// SPDX-License-Identifier: GPL-2.0-only
/* A lock is initialised anew before each use: it never keeps anybody out. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	spin_lock_init(&lock); /* planted */
	spin_lock(&lock);
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", one });
