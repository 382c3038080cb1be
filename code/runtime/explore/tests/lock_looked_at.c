// SPDX-License-Identifier: GPL-2.0-only
/* Who asks whether a lock is held gets both answers. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

static void two(void)
{
	bool held = spin_is_locked(&lock);

	WARN_ON(held); /* planted; instead: (void)held; */
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
