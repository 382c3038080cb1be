// SPDX-License-Identifier: GPL-2.0-only
/* Two locks of one kind, in no order. */
#include "plant.h"

static spinlock_t locks[2];

static void start(void)
{
	int i;

	for (i = 0; i < 2; i++)
		spin_lock_init(&locks[i]);
}

static void one(void)
{
	spin_lock(&locks[0]);
	spin_lock(&locks[1]); /* planted; instead: spin_lock_nested(&locks[1], 1); */
	spin_unlock(&locks[1]);
	spin_unlock(&locks[0]);
}

SCENARIO(start, NULL, { "one", one });
