/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pointer with a lock in its lowest bit.
 *
 * "... a specialized locking primitive that just used the low pointer bits":
 * the review of 2016 asked for a primitive of its own, apart from its users,
 * so that it can be read, tested and trusted by itself (claim P11). The
 * kernel builds hlist_bl the same way, on the same bit spinlock.
 *
 * What makes it right where pointer_tag.c is wrong:
 *  - the bit is a lock, taken by one atomic operation, not an announcement:
 *    it needs no second lock behind it, and it can't be taken twice (P5, P7);
 *  - while it is taken only its holder changes the word, so that nothing is
 *    ever put back over somebody else's store (P6);
 *  - the pointer is not a pointer to the compiler: who wants one must ask an
 *    accessor, and all accessors mask (P4, P8, P10, P14).
 */
#ifndef LAB_PTRLOCK_H
#define LAB_PTRLOCK_H

#include <linux/atomic.h>
#include <linux/processor.h> /* which the next forgets, in 6.12 */
#include <linux/bit_spinlock.h>
#include <linux/bits.h>
#include <linux/compiler.h>

#define LAB_PTRLOCK_BIT		0
#define LAB_PTRLOCK_MASK	BIT(LAB_PTRLOCK_BIT)

/**
 * struct lab_ptrlock - a pointer and its lock, in one word
 * @word: not to be touched but by the functions of this file
 */
struct lab_ptrlock {
	unsigned long word;
};

/**
 * lab_ptrlock_init() - before anybody else can see it
 * @pl: the word
 * @ptr: what it points to at first, aligned to 2 bytes at least
 *
 * Context: Any; the word is the caller's alone.
 */
static inline void lab_ptrlock_init(struct lab_ptrlock *pl, const void *ptr)
{
	pl->word = (unsigned long)ptr;
}

/**
 * lab_ptrlock_peek() - the pointer, whether locked or not
 * @pl: the word
 *
 * The masking accessor. For who may follow the pointer without the lock: the
 * only task that could change it, or the holder of the lock.
 *
 * Context: Any.
 * Return: the pointer, or NULL.
 */
static inline void *lab_ptrlock_peek(const struct lab_ptrlock *pl)
{
	return (void *)(READ_ONCE(pl->word) & ~LAB_PTRLOCK_MASK);
}

/**
 * lab_ptrlock_lock() - keep the pointer as it is
 * @pl: the word
 *
 * Acquire: pairs with the release in lab_ptrlock_unlock() and in
 * lab_ptrlock_set_unlock().
 *
 * Context: Process context; spins. Not from a softirq or an interrupt: that
 * may have interrupted the holder. Preemption is off until the unlock, nothing
 * in between may sleep. Lockdep does not see bit spinlocks.
 * Return: the pointer, or NULL.
 */
static inline void *lab_ptrlock_lock(struct lab_ptrlock *pl)
	__acquires(bitlock)
{
	bit_spin_lock(LAB_PTRLOCK_BIT, &pl->word);
	return lab_ptrlock_peek(pl);
}

/**
 * lab_ptrlock_set_unlock() - replace the pointer and unlock, in one store
 * @pl: the word
 * @ptr: aligned to 2 bytes at least, or NULL
 *
 * One store does for both: nobody else changes a locked word. Who waits for
 * the bit leaves the word as it finds it.
 *
 * Context: Holds the lock, which it releases.
 */
static inline void lab_ptrlock_set_unlock(struct lab_ptrlock *pl,
					  const void *ptr)
	__releases(bitlock)
{
	/* Release: pairs with the acquire in lab_ptrlock_lock(). */
	smp_store_release(&pl->word, (unsigned long)ptr);
	preempt_enable();
	__release(bitlock);
}

/**
 * lab_ptrlock_unlock() - let others change the pointer again
 * @pl: the word
 *
 * Not __bit_spin_unlock(): that clears the bit by a plain write, beside the
 * marked attempts of those who wait for it, and KCSAN's strict rule calls
 * that a data race.
 *
 * Context: Holds the lock, which it releases.
 */
static inline void lab_ptrlock_unlock(struct lab_ptrlock *pl)
	__releases(bitlock)
{
	lab_ptrlock_set_unlock(pl, lab_ptrlock_peek(pl));
}

#endif /* LAB_PTRLOCK_H */
