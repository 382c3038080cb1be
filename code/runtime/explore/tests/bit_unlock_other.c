// SPDX-License-Identifier: GPL-2.0-only
/* A bit lock is released by a process that has not taken it. */
#include "plant.h"

static unsigned long word;

static void one(void)
{
	bit_spin_lock(0, &word);
	bit_spin_unlock(0, &word);
}

static void two(void)
{
	preempt_disable();
	if (bit_spin_trylock(0, &word))
		bit_spin_unlock(0, &word);
	else /* planted */
		bit_spin_unlock(0, &word); /* planted */
	preempt_enable();
}

static void end(void)
{
	word = 0;
}

SCENARIO(NULL, end, { "one", one }, { "two", two });
