// SPDX-License-Identifier: GPL-2.0-only
/* A timer takes the lock: bottom halves must be off where it is held. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	spin_lock(&lock); /* planted; instead: spin_lock_bh(&lock); */
	spin_unlock(&lock); /* planted; instead: spin_unlock_bh(&lock); */
}

static void timer(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "timer", timer, "one", .softirq = true });
