// SPDX-License-Identifier: GPL-2.0-only
/* A bit lock that nobody holds is released: the preempt count would be wrong. */
#include "plant.h"

static unsigned long word;

static void one(void)
{
	bit_spin_lock(0, &word); /* planted; instead: bit_spin_lock(1, &word); */
	bit_spin_unlock(1, &word);
	bit_spin_lock(0, &word); /* planted; instead: ; */
}

SCENARIO(NULL, NULL, { "one", one });
