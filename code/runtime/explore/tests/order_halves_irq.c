// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handler takes the lock where one has not yet come, and one takes it with
 * interrupts on where the handler has been: no execution has both.
 */
#include "plant.h"

static DEFINE_SPINLOCK(lock);
static int came;

static void one(void)
{
	if (xchg(&came, 1))
		return;
	(void)0; /* planted; instead: local_irq_disable(); */
	spin_lock(&lock);
	spin_unlock(&lock);
	(void)0; /* planted; instead: local_irq_enable(); */
}

static void handler(void)
{
	if (xchg(&came, 1))
		return;
	spin_lock(&lock);
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
