// SPDX-License-Identifier: GPL-2.0-only
/* spin_lock_bh() keeps softirqs away, and no hard interrupt. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	spin_lock_bh(&lock); /* planted; instead: spin_lock_irq(&lock); */
	spin_unlock_bh(&lock); /* planted; instead: spin_unlock_irq(&lock); */
}

static void handler(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
