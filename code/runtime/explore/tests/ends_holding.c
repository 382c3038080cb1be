// SPDX-License-Identifier: GPL-2.0-only
/* An actor ends and still holds a lock. */
#include "plant.h"

static DEFINE_MUTEX(lock);

static void one(void)
{
	mutex_lock(&lock);
	(void)0; /* planted; instead: mutex_unlock(&lock); */
}

SCENARIO(NULL, NULL, { "one", one });
