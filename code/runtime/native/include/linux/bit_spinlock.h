/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/bit_spinlock.h>. */
#ifndef LAB_NATIVE_BIT_SPINLOCK_H
#define LAB_NATIVE_BIT_SPINLOCK_H

#include <linux/atomic.h>
#include <linux/preempt.h>

static inline void bit_spin_lock(int bit, unsigned long *word)
{
	unsigned long mask = 1UL << bit;
	int tries = 0;

	while (__atomic_fetch_or(word, mask, __ATOMIC_ACQUIRE) & mask)
		while (__atomic_load_n(word, __ATOMIC_RELAXED) & mask)
			lab_spin_wait(&tries);
	preempt_disable();
}

static inline bool bit_spin_trylock(int bit, unsigned long *word)
{
	unsigned long mask = 1UL << bit;

	if (__atomic_fetch_or(word, mask, __ATOMIC_ACQUIRE) & mask)
		return false;
	preempt_disable();
	return true;
}

/* Only the holder of the bit changes the word: load and store will do. */
static inline void __bit_spin_unlock(int bit, unsigned long *word)
{
	preempt_enable();
	__atomic_store_n(word, __atomic_load_n(word, __ATOMIC_RELAXED) &
			 ~(1UL << bit), __ATOMIC_RELEASE);
}

#define bit_spin_unlock(bit, word)	__bit_spin_unlock(bit, word)

#endif
