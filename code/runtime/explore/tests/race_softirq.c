// SPDX-License-Identifier: GPL-2.0-only
/* Two softirqs of one CPU come one after the other; a hard interrupt comes between. */
#include "plant.h"

static int counted;

static void one(void)
{
}

static void timer(void)
{
	unsigned long flags;

	(void)flags;
	(void)0; /* planted; instead: local_irq_save(flags); */
	counted++;
	(void)0; /* planted; instead: local_irq_restore(flags); */
}

static void interrupt(void)
{
	counted++;
}

SCENARIO(NULL, NULL, { "one", one }, { "timer", timer, "one", .softirq = true },
	 { "receive", timer, "one", .softirq = true },
	 { "interrupt", interrupt, "one" });
