// SPDX-License-Identifier: GPL-2.0-only
/*
 * One takes b under a, or two takes a under b, whoever comes first: no execution
 * has both. The next version of this code may, and lockdep, which remembers from
 * boot on, tells both halves.
 */
#include "plant.h"

static DEFINE_SPINLOCK(a);
static DEFINE_SPINLOCK(b);
static int taken;

static void one(void)
{
	if (xchg(&taken, 1))
		return;
	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
}

static void two(void)
{
	if (xchg(&taken, 1))
		return;
	spin_lock(&b); /* planted; instead: spin_lock(&a); */
	spin_lock(&a); /* planted; instead: spin_lock(&b); */
	spin_unlock(&a);
	spin_unlock(&b);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
