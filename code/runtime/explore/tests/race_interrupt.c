// SPDX-License-Identifier: GPL-2.0-only
/* Plain accesses that an interrupt handler can come between. */
#include "plant.h"

static int counted;

static void one(void)
{
	(void)0; /* planted; instead: local_irq_disable(); */
	counted++;
	(void)0; /* planted; instead: local_irq_enable(); */
	local_irq_disable();
	counted++;
	local_irq_enable();
}

static void handler(void)
{
	counted++;
}

SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
