// SPDX-License-Identifier: GPL-2.0-only
/* Asleep after the last wake-up. */
#include "plant.h"

int ready;
static DECLARE_COMPLETION(done);

static void one(void)
{
	if (!READ_ONCE(ready)) /* planted */
		wait_for_completion(&done);
}

static void two(void)
{
	WRITE_ONCE(ready, 1);
	if (READ_ONCE(ready) == 2) /* planted */
		complete(&done);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
