/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/refcount.h>: a count that complains instead of wrapping. */
#ifndef LAB_NATIVE_REFCOUNT_H
#define LAB_NATIVE_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/kernel.h>

typedef struct {
	int refs;
} refcount_t;

#define REFCOUNT_INIT(n)	{ (n) }
#define refcount_set(r, n)	__atomic_store_n(&(r)->refs, (n), __ATOMIC_RELAXED)
#define refcount_read(r)	__atomic_load_n(&(r)->refs, __ATOMIC_RELAXED)

static inline void refcount_inc(refcount_t *r)
{
	int old = __atomic_fetch_add(&r->refs, 1, __ATOMIC_RELAXED);

	WARN_ONCE(old <= 0, "refcount_t: addition on 0; use-after-free.\n");
}

static inline void refcount_add(int i, refcount_t *r)
{
	int old = __atomic_fetch_add(&r->refs, i, __ATOMIC_RELAXED);

	WARN_ONCE(old <= 0, "refcount_t: addition on 0; use-after-free.\n");
}

static inline bool refcount_add_not_zero(int i, refcount_t *r)
{
	int old = refcount_read(r);

	do {
		if (!old)
			return false;
	} while (!__atomic_compare_exchange_n(&r->refs, &old, old + i, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old = refcount_read(r);

	do {
		if (!old)
			return false;
	} while (!__atomic_compare_exchange_n(&r->refs, &old, old + 1, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

static inline bool refcount_sub_and_test(int i, refcount_t *r)
{
	int old = __atomic_fetch_sub(&r->refs, i, __ATOMIC_ACQ_REL);

	WARN_ONCE(old < i, "refcount_t: underflow; use-after-free.\n");
	return old == i;
}

/* Only where somebody else surely holds another one. */
static inline void refcount_dec(refcount_t *r)
{
	int old = __atomic_fetch_sub(&r->refs, 1, __ATOMIC_RELEASE);

	WARN_ONCE(old <= 1, "refcount_t: decrement hit 0; leaking memory.\n");
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	int old = __atomic_fetch_sub(&r->refs, 1, __ATOMIC_ACQ_REL);

	WARN_ONCE(old <= 0, "refcount_t: underflow; use-after-free.\n");
	return old == 1;
}

/* False, and nothing done, when it is the last one. */
static inline bool refcount_dec_not_one(refcount_t *r)
{
	int old = refcount_read(r);

	do {
		if (old == 1)
			return false;
		if (old <= 0) {
			WARN_ONCE(true, "refcount_t: underflow; use-after-free.\n");
			return true;
		}
	} while (!__atomic_compare_exchange_n(&r->refs, &old, old - 1, true,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	return true;
}

#endif
