// SPDX-License-Identifier: GPL-2.0-only
/* A task tries for a lock half a million times, and then goes on without it. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);
static int value;

static void tries(void)
{
	int i;

	for (i = 0; i < 500000; i++) {
		if (!spin_trylock(&lock))
			continue;
		value++;
		spin_unlock(&lock);
		return;
	}
	value++; /* planted */
}

static void takes(void)
{
	spin_lock(&lock);
	value++;
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", tries }, { "two", takes });
