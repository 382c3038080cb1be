// SPDX-License-Identifier: GPL-2.0-only
/* A handler tries a mutex: nobody would be its owner. */
#include "plant.h"

static DEFINE_MUTEX(lock);

static void one(void)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

static void handler(void)
{
	if (mutex_trylock(&lock)) /* planted */
		mutex_unlock(&lock); /* planted */
}

SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
