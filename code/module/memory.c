// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for the lab's objects, and the graveyard.
 *
 * A stock kernel does not notice a use after free: the memory belongs to
 * somebody else by then, who is corrupted. So the dead are kept, with the
 * magic that says that they are dead, until the module is removed.
 */
#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "lab_run.h"
#include "module.h"

bool lab_graveyard = true;

struct lab_grave {
	struct llist_node node;
	const void *object;
};

static LLIST_HEAD(lab_graves);
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
	struct lab_grave *grave = NULL;

	if (!object)
		return;
	atomic_long_dec(&lab_live);
	if (lab_graveyard)
		grave = kmalloc(sizeof(*grave), GFP_ATOMIC);
	if (!grave) {
		kfree(object);
		return;
	}
	grave->object = object;
	llist_add(&grave->node, &lab_graves);
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
	struct llist_node *graves = llist_del_all(&lab_graves);
	struct lab_grave *grave, *next;

	llist_for_each_entry_safe(grave, next, graves, node) {
		kfree(grave->object);
		kfree(grave);
	}
}
