// SPDX-License-Identifier: GPL-2.0-only
/* Sleeping with interrupts off. */
#include "plant.h"

static void one(void)
{
	local_irq_disable(); /* planted */
	might_sleep();
	local_irq_enable(); /* planted */
}

SCENARIO(NULL, NULL, { "one", one });
