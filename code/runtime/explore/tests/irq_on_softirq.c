// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hard interrupt comes on top of a timer that has interrupted a process: bottom
 * halves off are enough for the process against the timer, not for the timer
 * against the interrupt.
 *
 *	one		timer			interrupt
 *	1. is interrupted
 *			2. holds the lock
 *						3. wants it, for ever
 */
#include "plant.h"

static DEFINE_SPINLOCK(lock);
static int counted;

static void one(void)
{
	local_bh_disable();
	counted++;
	local_bh_enable();
}

static void timer(void)
{
	counted++;
	spin_lock(&lock); /* planted; instead: spin_lock_irq(&lock); */
	spin_unlock(&lock); /* planted; instead: spin_unlock_irq(&lock); */
}

static void interrupt(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "timer", timer, "one", .softirq = true },
	 { "interrupt", interrupt, "timer" });
