// SPDX-License-Identifier: GPL-2.0-only
/* A handler that only tries a lock waits for nobody. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

static void handler(void)
{
	spin_lock(&lock); /* planted; instead: if (spin_trylock(&lock)) */
		spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
