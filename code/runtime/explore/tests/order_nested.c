// SPDX-License-Identifier: GPL-2.0-only
/* Somebody else's nested lock does not change what a lock was taken as. */
#include "plant.h"

static DEFINE_SPINLOCK(first);
static DEFINE_SPINLOCK(second);

static void one(void)
{
	spin_lock(&first);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&first);

	spin_lock(&second);
	spin_lock(&first); /* planted */
	spin_unlock(&first); /* planted */
	spin_unlock(&second);
}

static void two(void)
{
	spin_lock_nested(&first, 1);
	spin_unlock(&first);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
