// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code that does something else from its second run on, where whoever may go on
 * is the same: the search would take what it sees for another interleaving.
 */
#include "plant.h"

static int n, other;

/* Kept where no execution begins anew: in a register that nobody else uses. */
static int again(void)
{
	unsigned long before;

	__asm__ __volatile__("movq %%mm0, %0" : "=r"(before));
	__asm__ __volatile__("movq %0, %%mm0" : : "r"(1UL));
	return before == 1;
}

static void one(void)
{
	(void)READ_ONCE(n);
	if (again())
		WRITE_ONCE(other, 2);
	else
		WRITE_ONCE(n, 2);
}

static void two(void)
{
	(void)READ_ONCE(n);
	(void)READ_ONCE(n);
	WRITE_ONCE(other, 1);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
