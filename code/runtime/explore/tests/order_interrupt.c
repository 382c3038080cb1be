// SPDX-License-Identifier: GPL-2.0-only
/* A lock that an interrupt handler takes, with interrupts on. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	(void)0; /* planted; instead: local_irq_disable(); */
	spin_lock(&lock);
	spin_unlock(&lock);
	(void)0; /* planted; instead: local_irq_enable(); */
}

static void handler(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
