// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts off keep away what is on the same CPU, not another one. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);
static int counted;

static void one(void)
{
	spin_lock_irq(&lock);
	counted++;
	spin_unlock_irq(&lock);
}

static void handler(void)
{
	spin_lock(&lock);
	counted++;
	spin_unlock(&lock);
}

static void two(void)
{
	local_irq_disable(); /* planted; instead: spin_lock_irq(&lock); */
	counted++;
	local_irq_enable(); /* planted; instead: spin_unlock_irq(&lock); */
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two },
	 { "handler", handler, "one" });
