// SPDX-License-Identifier: GPL-2.0-only
/* a, b and b, a. */
#include "plant.h"

static DEFINE_MUTEX(a);
static DEFINE_MUTEX(b);

static void one(void)
{
	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
}

static void two(void)
{
	mutex_lock(&b); /* planted; instead: mutex_lock(&a); */
	mutex_lock(&a); /* planted; instead: mutex_lock(&b); */
	mutex_unlock(&a);
	mutex_unlock(&b);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
