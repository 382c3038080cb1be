// SPDX-License-Identifier: GPL-2.0-only
/*
 * A grace period waits for a region in which somebody waits for what comes after
 * the grace period.
 */
#include "plant.h"

static int flag;

static void one(void)
{
	preempt_disable(); /* planted */
	while (!READ_ONCE(flag))
		cpu_relax();
	preempt_enable(); /* planted */
}

static void two(void)
{
	synchronize_rcu();
	WRITE_ONCE(flag, 1);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
