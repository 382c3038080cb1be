/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every lab source may lean on besides the kernel's own headers.
 *
 * Each environment supplies these: the module (code/module/), the native
 * runtime (code/runtime/native/) and the explorer (code/runtime/explore/).
 */
#ifndef LAB_H
#define LAB_H

#include <linux/types.h>

#ifdef __KERNEL__
#include "lab_older.h"
#endif

/**
 * enum lab_rule - what an object or a scenario can catch being broken
 * @LAB_DEAD_NAMESPACE: somebody reached a namespace after its last reference
 * @LAB_FREED_TWICE: an object went through its free path a second time
 * @LAB_NOT_MINE: a task's own read saw namespaces that are not its own
 * @LAB_DEAD_PID: somebody reached a struct pid after it was freed
 * @LAB_STALE_DENTRY: a look-up in /proc returned what was made for a task that
 *	was dead before the look-up began
 * @LAB_BUSY_INODES: an instance of /proc was unmounted under its inodes
 * @LAB_LEAK: an object still lives when all who could hold it are gone
 * @LAB_NR_RULES: how many there are
 */
enum lab_rule {
	LAB_DEAD_NAMESPACE,
	LAB_FREED_TWICE,
	LAB_NOT_MINE,
	LAB_DEAD_PID,
	LAB_STALE_DENTRY,
	LAB_BUSY_INODES,
	LAB_LEAK,
	LAB_NR_RULES,
};

/**
 * lab_violated() - an object noticed that it is being misused
 * @rule: what was broken
 * @object: whose; never dereferenced
 *
 * Counts, and goes on: the first misuse of a run often hides the next, and
 * a lesson wants to see both.
 *
 * Context: Any. Takes no lock, does not sleep.
 */
void lab_violated(enum lab_rule rule, const void *object);

/**
 * lab_alloc() - memory for an object
 * @size: in bytes
 *
 * kzalloc(size, GFP_KERNEL), counted: a run ends by asking whether all that
 * was allocated has been freed.
 *
 * Context: Process context, may sleep.
 * Return: zeroed memory for lab_free(), or NULL when there is none.
 */
void *lab_alloc(size_t size);

/**
 * lab_alloc_atomic() - memory for an object, where nobody may sleep
 * @size: in bytes
 *
 * kzalloc(size, GFP_ATOMIC), counted as lab_alloc() does.
 *
 * Context: Any.
 * Return: zeroed memory for lab_free(), or NULL when there is none.
 */
void *lab_alloc_atomic(size_t size);

/**
 * lab_free() - give an object back
 * @object: from lab_alloc(), or NULL
 *
 * Frees at once natively, where AddressSanitizer watches the freed memory. The
 * module can keep the last of the dead in a graveyard, so that a use after
 * free is *seen* (the object's magic says so) instead of bringing the guest
 * down in a place that has nothing to do with it.
 *
 * Context: Any.
 */
void lab_free(const void *object);

/* An object is alive from its initialisation to its free path. */
#define LAB_ALIVE	0x11feabcdu
#define LAB_DEAD	0xdeadabcdu

/*
 * A labelled point: a step of a scheme that matters. It is nothing in a
 * normal build. The book includes code by it, named changes are cut by it,
 * a stress build delays at it, and a schedule that the explorer found names
 * it. Labels are unique within a file.
 */
#ifdef LAB_POINTS
void lab_point_reached(const char *label);
#define lab_point(label)	lab_point_reached(#label)
#else
#define lab_point(label)	do { } while (0)
#endif

#endif /* LAB_H */
