// SPDX-License-Identifier: GPL-2.0-only
/* The bit lock was released by a store, and is released again when another has it. */
#include "plant.h"

static unsigned long word;

static void one(void)
{
	bit_spin_lock(0, &word);
	smp_store_release(&word, 0);
	preempt_enable();
	preempt_disable();
	if (READ_ONCE(word) & 1) /* planted; instead: preempt_enable(); */
		bit_spin_unlock(0, &word); /* planted; instead: ; */
	else /* planted; instead: ; */
		preempt_enable(); /* planted; instead: ; */
}

static void two(void)
{
	bit_spin_lock(0, &word);
	bit_spin_unlock(0, &word);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
