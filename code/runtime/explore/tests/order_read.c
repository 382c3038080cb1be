// SPDX-License-Identifier: GPL-2.0-only
/* A reader that is one already queues behind the writer that waits for it. */
#include "plant.h"

static DEFINE_RWLOCK(lock);

static void one(void)
{
	read_lock(&lock);
	read_lock(&lock); /* planted */
	read_unlock(&lock); /* planted */
	read_unlock(&lock);
}

static void two(void)
{
	write_lock(&lock);
	write_unlock(&lock);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
