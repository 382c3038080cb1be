// SPDX-License-Identifier: GPL-2.0-only
/*
 * An answer is written to where the one who asked has a variable: he waits for
 * it, or gives up and takes the address back under the lock.
 */
#include "plant.h"

static DEFINE_SPINLOCK(lock);
static int *wanted;

static noinline int ask(void)
{
	int answer = 0;

	spin_lock(&lock);
	wanted = &answer;
	spin_unlock(&lock);
	(void)0; /* planted; instead: spin_lock(&lock); */
	(void)0; /* planted; instead: wanted = NULL; */
	(void)0; /* planted; instead: spin_unlock(&lock); */
	return answer;
}

static void one(void)
{
	ask();
	spin_lock(&lock);
	spin_unlock(&lock);
}

static void two(void)
{
	spin_lock(&lock);
	if (wanted)
		*wanted = 1;
	spin_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
