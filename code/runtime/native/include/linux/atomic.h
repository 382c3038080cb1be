/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/atomic.h>. */
/*
 * Over the compiler's builtins, not over liburcu's uatomic: that is inline
 * assembly, which no sanitizer (and no explorer) can see.
 */
#ifndef LAB_NATIVE_ATOMIC_H
#define LAB_NATIVE_ATOMIC_H

#include <linux/types.h>

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }

#define atomic_read(v)		__atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_set(v, i)	__atomic_store_n(&(v)->counter, (i), __ATOMIC_RELAXED)
#define atomic_inc(v)		((void)__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_RELAXED))
#define atomic_dec(v)		((void)__atomic_fetch_sub(&(v)->counter, 1, __ATOMIC_RELAXED))
#define atomic_inc_return(v)	__atomic_add_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic_dec_and_test(v)	(__atomic_sub_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST) == 0)
#define atomic64_read(v)	atomic_read(v)
#define atomic64_set(v, i)	atomic_set(v, i)
#define atomic64_inc(v)		atomic_inc(v)
#define atomic64_add(i, v)	((void)__atomic_fetch_add(&(v)->counter, (i), __ATOMIC_RELAXED))

/* Those that return something are fully ordered, the others not at all. */
#define atomic_add(i, v)	((void)__atomic_fetch_add(&(v)->counter, (i), __ATOMIC_RELAXED))
#define atomic_sub(i, v)	((void)__atomic_fetch_sub(&(v)->counter, (i), __ATOMIC_RELAXED))
#define atomic_add_return(i, v)	__atomic_add_fetch(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define atomic_sub_return(i, v)	__atomic_sub_fetch(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define atomic_dec_return(v)	atomic_sub_return(1, v)
#define atomic_fetch_add(i, v)	__atomic_fetch_add(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define atomic_fetch_sub(i, v)	__atomic_fetch_sub(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define atomic_fetch_inc(v)	atomic_fetch_add(1, v)
#define atomic_fetch_dec(v)	atomic_fetch_sub(1, v)
#define atomic_inc_and_test(v)	(atomic_inc_return(v) == 0)
#define atomic_sub_and_test(i, v) (atomic_sub_return(i, v) == 0)
#define atomic_xchg(v, new)	xchg(&(v)->counter, new)
#define atomic_cmpxchg(v, old, new) cmpxchg(&(v)->counter, old, new)
#define atomic_try_cmpxchg(v, old, new) try_cmpxchg(&(v)->counter, old, new)
#define atomic_read_acquire(v)	smp_load_acquire(&(v)->counter)
#define atomic_set_release(v, i) smp_store_release(&(v)->counter, i)

/* Adds unless it is @u; returns what it was before. One that fails orders nothing. */
#define atomic_fetch_add_unless(v, a, u) ({				\
	__typeof__((v)->counter) lab_was = atomic_read(v);		\
									\
	while (lab_was != (u) &&					\
	       !__atomic_compare_exchange_n(&(v)->counter, &lab_was,	\
					    lab_was + (a), false,	\
					    __ATOMIC_SEQ_CST,		\
					    __ATOMIC_RELAXED))		\
		;							\
	lab_was;							\
})
#define atomic_add_unless(v, a, u) ({					\
	__typeof__((v)->counter) lab_unless = (u);			\
									\
	atomic_fetch_add_unless(v, a, lab_unless) != lab_unless;	\
})
#define atomic_inc_not_zero(v)	atomic_add_unless(v, 1, 0)
/* Subtracts one unless that would make it negative; what it would be. */
#define atomic_dec_if_positive(v) ({					\
	__typeof__((v)->counter) lab_was = atomic_read(v);		\
									\
	while (lab_was > 0 &&						\
	       !__atomic_compare_exchange_n(&(v)->counter, &lab_was,	\
					    lab_was - 1, false,		\
					    __ATOMIC_SEQ_CST,		\
					    __ATOMIC_RELAXED))		\
		;							\
	lab_was - 1;							\
})

#define arch_xchg(ptr, new)	__atomic_exchange_n(ptr, new, __ATOMIC_SEQ_CST)
#define arch_cmpxchg(ptr, old, new) ({					\
	__typeof__(*(ptr)) lab_seen = (old);				\
	__atomic_compare_exchange_n(ptr, &lab_seen, new, false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	lab_seen;							\
})
#define try_cmpxchg(ptr, old, new)					\
	__atomic_compare_exchange_n(ptr, old, new, false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define xchg(ptr, new)		arch_xchg(ptr, new)
#define cmpxchg(ptr, old, new)	arch_cmpxchg(ptr, old, new)

#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_mb__before_atomic()	smp_mb()
#define smp_mb__after_atomic()	smp_mb()
#define smp_store_mb(v, new)	do { WRITE_ONCE(v, new); smp_mb(); } while (0)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif
