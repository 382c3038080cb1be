// SPDX-License-Identifier: GPL-2.0-only
/* Two choose; one pair of choices is a mistake, in one order. */
#include "plant.h"

int first;

static void one(void)
{
	WRITE_ONCE(first, lab_choose(3) + 1);
}

static void two(void)
{
	unsigned int mine = lab_choose(3);

	if (READ_ONCE(first) == 3) {
		lab_expect(mine != 2, "not both chose the last"); /* planted */
	}
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
