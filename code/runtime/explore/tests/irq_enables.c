// SPDX-License-Identifier: GPL-2.0-only
/* spin_unlock_irq() in a hard interrupt switches interrupts on in there. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
}

static void handler(void)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	spin_unlock_irq(&lock); /* planted; instead: spin_unlock_irqrestore(&lock, flags); */
}

SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
