// SPDX-License-Identifier: GPL-2.0-only
/* a, which a handler takes, comes before b only by way of a lock in between. */
#include "plant.h"

static DEFINE_SPINLOCK(a);
static DEFINE_SPINLOCK(between);
static DEFINE_SPINLOCK(b);

static void one(void)
{
	spin_lock(&b); /* planted; instead: spin_lock_irq(&b); */
	spin_unlock(&b); /* planted; instead: spin_unlock_irq(&b); */
}

static void two(void)
{
	spin_lock_irq(&a);
	spin_lock(&between);
	spin_unlock(&between);
	spin_unlock_irq(&a);
	spin_lock_irq(&between);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock_irq(&between);
}

static void handler(void)
{
	spin_lock(&a);
	spin_unlock(&a);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two },
	 { "handler", handler, "one" });
