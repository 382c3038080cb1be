// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutex_unlock() may look at the mutex after the next holder has it. That one must
 * not free it: the count under a mutex does not say when the object may go.
 *
 *	one				two
 *	1. drops its reference
 *	2. releases the mutex
 *					3. takes it, drops the last one
 *					4. frees the object with its mutex
 *	5. is still in mutex_unlock()
 */
#include "plant.h"

struct object {
	struct mutex lock; /* planted; instead: spinlock_t lock; */
	int count;
};

#define take(o) mutex_lock(&(o)->lock) /* planted; instead: #define take(o) spin_lock(&(o)->lock) */
#define leave(o) mutex_unlock(&(o)->lock) /* planted; instead: #define leave(o) spin_unlock(&(o)->lock) */
#define begin(o) mutex_init(&(o)->lock) /* planted; instead: #define begin(o) spin_lock_init(&(o)->lock) */

static struct object *object;

static void start(void)
{
	object = lab_alloc(sizeof(*object));
	begin(object);
	object->count = 2;
}

static void put(void)
{
	struct object *o = object;
	bool last;

	take(o);
	last = !--o->count;
	leave(o);
	if (last)
		lab_free(o);
}

SCENARIO(start, NULL, { "one", put }, { "two", put });
