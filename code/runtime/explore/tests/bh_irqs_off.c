// SPDX-License-Identifier: GPL-2.0-only
/* local_bh_enable() runs the softirqs that waited: not with interrupts off. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void caller(void)
{
	unsigned long flags;

	local_irq_save(flags);
	spin_lock_bh(&lock); /* planted; instead: spin_lock(&lock); */
	spin_unlock_bh(&lock); /* planted; instead: spin_unlock(&lock); */
	local_irq_restore(flags);
}

SCENARIO(NULL, NULL, { "caller", caller });
