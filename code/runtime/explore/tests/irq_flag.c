// SPDX-License-Identifier: GPL-2.0-only
/* The inner unlock switches interrupts on, whatever they were before. */
#include "plant.h"

static DEFINE_SPINLOCK(a);
static DEFINE_SPINLOCK(b);

static void one(void)
{
	unsigned long flags, inner = 0;

	spin_lock_irqsave(&a, flags);
	spin_lock_irq(&b); /* planted; instead: spin_lock_irqsave(&b, inner); */
	spin_unlock_irq(&b); /* planted; instead: spin_unlock_irqrestore(&b, inner); */
	spin_unlock_irqrestore(&a, flags);
	(void)inner;
}

static void handler(void)
{
	spin_lock(&a);
	spin_unlock(&a);
}

SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
