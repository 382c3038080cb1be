// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for the lab's objects, and the graveyard.
 *
 * A stock kernel does not notice a use after free: the memory belongs to
 * somebody else by then, who is corrupted. So the dead are kept for a while,
 * with the magic that says that they are dead: the last LAB_GRAVES of them, as
 * a long run of births and deaths would fill the guest's memory.
 */
#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "lab_run.h"
#include "module.h"

bool lab_graveyard = true;

/* Of 200 bytes each, 25 MB; emulated CPUs need a second or so to fill them. */
#define LAB_GRAVES	(1u << 17)

static const void *lab_graves[LAB_GRAVES];
static atomic_t lab_buried = ATOMIC_INIT(0);
static atomic_long_t lab_live = ATOMIC_LONG_INIT(0);

static void *lab_counted_alloc(size_t size, gfp_t gfp)
{
	void *object = kzalloc(size, gfp);

	if (object)
		atomic_long_inc(&lab_live);
	return object;
}

void *lab_alloc(size_t size)
{
	return lab_counted_alloc(size, GFP_KERNEL);
}

void *lab_alloc_atomic(size_t size)
{
	return lab_counted_alloc(size, GFP_ATOMIC);
}

void lab_free(const void *object)
{
	unsigned int nr;

	if (!object)
		return;
	atomic_long_dec(&lab_live);
	if (lab_graveyard) {
		nr = atomic_inc_return(&lab_buried);
		object = xchg(&lab_graves[nr % LAB_GRAVES], object);
	}
	kfree(object);
}

long lab_live_objects(void)
{
	return atomic_long_read(&lab_live);
}

/**
 * lab_settle() - wait for what was put off: callbacks, and works behind them
 *
 * The kernel does not like its own workqueues flushed, and says so of the ones
 * that the compiler can name. A scheme's works are on one of these.
 *
 * Context: Process context, may sleep.
 */
void lab_settle(void)
{
	struct workqueue_struct *wq = READ_ONCE(system_wq);

	rcu_barrier();
	flush_workqueue(wq);
}

void lab_empty_graveyard(void)
{
	unsigned int nr;

	for (nr = 0; nr < LAB_GRAVES; nr++)
		kfree(lab_graves[nr]);
}
