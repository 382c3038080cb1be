// SPDX-License-Identifier: GPL-2.0-only
/* A lock that nobody holds is released. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	spin_unlock(&lock); /* planted */
}

SCENARIO(NULL, NULL, { "one", one });
