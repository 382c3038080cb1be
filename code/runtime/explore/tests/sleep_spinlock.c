// SPDX-License-Identifier: GPL-2.0-only
/* Allocation that may sleep, under a spinlock. */
#include "plant.h"

static DEFINE_SPINLOCK(lock);

static void one(void)
{
	void *p = NULL;

	spin_lock(&lock);
	p = lab_alloc(8); /* planted */
	spin_unlock(&lock);
	lab_free(p);
}

SCENARIO(NULL, NULL, { "one", one });
