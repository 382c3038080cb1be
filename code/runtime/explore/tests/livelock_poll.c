// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two tasks take a lock, look at a flag and release the lock, round after round.
 * A third one tries the lock, then waits for it, and sets the flag.
 */
#include "plant.h"

static DEFINE_SPINLOCK(lock);
static int flag;

static void polls(void)
{
	int seen;

	do {
		spin_lock(&lock);
		seen = READ_ONCE(flag);
		spin_unlock(&lock);
	} while (!seen);
}

static void sets(void)
{
	if (!spin_trylock(&lock))
		spin_lock(&lock);
	WRITE_ONCE(flag, 0); /* planted; instead: WRITE_ONCE(flag, 1); */
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", polls }, { "two", polls }, { "three", sets });
