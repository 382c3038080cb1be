// SPDX-License-Identifier: GPL-2.0-only
/* A task looks at a flag with interrupts off, on and off again, until it is set. */
#include "plant.h"

static int flag;

static void polls(void)
{
	int seen;

	do {
		local_irq_disable();
		seen = READ_ONCE(flag);
		local_irq_enable();
	} while (!seen);
}

static void sets(void)
{
	WRITE_ONCE(flag, 0); /* planted; instead: WRITE_ONCE(flag, 1); */
}

SCENARIO(NULL, NULL, { "task", polls },
	 { "handler", sets, .interrupts = "task" });
