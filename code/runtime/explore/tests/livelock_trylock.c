// SPDX-License-Identifier: GPL-2.0-only
/* A trylock loop on a lock that is never released. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);
int flag;

static void one(void)
{
	while (!spin_trylock(&lock))
		cpu_relax();
	spin_unlock(&lock);
}

static void two(void)
{
	spin_lock(&lock);
	while (!READ_ONCE(flag)) /* planted */
		cpu_relax(); /* planted */
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
