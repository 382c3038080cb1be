// SPDX-License-Identifier: GPL-2.0-only
/* Freed between the last unlock and complete(): only one order shows it. */
#include "plant.h"

static struct completion *done;
static DEFINE_MUTEX(lock);
static bool ready;

static void start(void)
{
	done = lab_alloc(sizeof(*done));
}

static void one(void)
{
	mutex_lock(&lock);
	ready = true;
	mutex_unlock(&lock);
	complete(done);
}

static void two(void)
{
	mutex_lock(&lock); /* planted; instead: wait_for_completion(done); */
	if (ready)
		lab_free(done);
	mutex_unlock(&lock); /* planted; instead: WARN_ON(!ready); */
}

SCENARIO(start, NULL, { "one", one }, { "two", two });
