// SPDX-License-Identifier: GPL-2.0-only
/*
 * A lock by cmpxchg, in a loop that counts its rounds, and one who keeps the lock. While
 * the other one has it, the loop goes round; once it is released the loop ends.
 */
#include "plant.h"

static unsigned long word, most;

static void take(void)
{
	unsigned long free, rounds = 0;

	for (;;) {
		free = READ_ONCE(word) & ~1ul;
		rounds++;
		if (cmpxchg(&word, free, free | 1) == free)
			break;
		cpu_relax();
	}
	if (rounds > most)
		most = rounds;
}

static void release(void)
{
	smp_store_release(&word, 0);
}

static void once(void)
{
	take();
	release();
}

static void twice(void)
{
	once();
	take(); /* planted; instead: once(); */
}

const struct lab_scenario lab_scenario = {
	.name = "livelock_counts",
	.what = "a lock by cmpxchg, whose loop counts its rounds",
	.actors = { { "once", once }, { "twice", twice } },
};
