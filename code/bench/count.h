/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts the lock acquisitions and atomic read-modify-writes of a scheme.
 *
 * Included by force, before all else, when a scheme is compiled a second
 * time (LAB_COUNT): its source stays as it is, and so does the fast one. The
 * counters belong to no thread, so only one may run counted code at a time.
 * A lock's own read-modify-write is counted as a lock, not once more.
 */
#ifndef LAB_COUNT_H
#define LAB_COUNT_H

#include <linux/atomic.h>
#include <linux/processor.h> /* which the next forgets, in 6.12 */
#include <linux/bit_spinlock.h>
#include <linux/ktime.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

/**
 * struct lab_counts - what was counted since it was last zeroed
 * @locks: acquisitions of spinlocks and bit spinlocks
 * @rmws: other atomic read-modify-writes
 * @taken_ns: when the spinlock that is held now was taken
 * @held_ns: how long spinlocks were held, in all
 */
struct lab_counts {
	unsigned long locks;
	unsigned long rmws;
	u64 taken_ns;
	u64 held_ns;
};

extern struct lab_counts lab_counts;

/* For count.c as well, which times an empty pair by them. */
static inline void lab_counted_spin_lock(spinlock_t *lock)
{
	lab_counts.locks++;
	spin_lock(lock);
	lab_counts.taken_ns = ktime_get_ns();
}

static inline void lab_counted_spin_unlock(spinlock_t *lock)
{
	lab_counts.held_ns += ktime_get_ns() - lab_counts.taken_ns;
	spin_unlock(lock);
}

#ifdef LAB_COUNT

#define spin_lock(lock)		lab_counted_spin_lock(lock)
#define spin_unlock(lock)	lab_counted_spin_unlock(lock)
#ifndef __KERNEL__
/* Those of the header have its own spin_lock() in them. */
#define lab_guard_spinlock	lab_counted_guard_spinlock
#define lab_guard_end_spinlock	lab_counted_guard_end_spinlock
LAB_GUARD(spinlock, spinlock_t, spin_lock(l), spin_unlock(l))
#endif
/* A macro is not expanded within itself: these still reach the real ones. */
#define bit_spin_lock(...)	(lab_counts.locks++, bit_spin_lock(__VA_ARGS__))
#define refcount_inc(...)	(lab_counts.rmws++, refcount_inc(__VA_ARGS__))
#define refcount_dec_and_test(...) \
	(lab_counts.rmws++, refcount_dec_and_test(__VA_ARGS__))

static inline void lab_counted_atomic_inc(atomic_t *v)
{
	lab_counts.rmws++;
	atomic_inc(v);
}

static inline bool lab_counted_atomic_dec_and_test(atomic_t *v)
{
	lab_counts.rmws++;
	return atomic_dec_and_test(v);
}

/* Macros in one environment or the other: call what they would. */
#undef atomic_inc
#undef atomic_dec_and_test
#undef xchg
#undef cmpxchg
#define atomic_inc(v)		lab_counted_atomic_inc(v)
#define atomic_dec_and_test(v)	lab_counted_atomic_dec_and_test(v)
#define xchg(...)		(lab_counts.rmws++, arch_xchg(__VA_ARGS__))
#define cmpxchg(...)		(lab_counts.rmws++, arch_cmpxchg(__VA_ARGS__))

#endif /* LAB_COUNT */
#endif /* LAB_COUNT_H */
