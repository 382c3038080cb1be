// SPDX-License-Identifier: GPL-2.0-only
/* Three locks in a circle, each pair taken by another, one at a time. */
#include "plant.h"

static DEFINE_MUTEX(a);
static DEFINE_MUTEX(b);
static DEFINE_MUTEX(c);
static int turn;

static void both(struct mutex *first, struct mutex *second)
{
	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

static void one(void)
{
	if (!xchg(&turn, 1))
		both(&a, &b);
}

static void two(void)
{
	if (!xchg(&turn, 1))
		both(&b, &c);
}

static void three(void)
{
	if (!xchg(&turn, 1))
		both(&c, &a); /* planted; instead: both(&a, &c); */
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two }, { "three", three });
