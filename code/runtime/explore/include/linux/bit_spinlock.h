/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/bit_spinlock.h>. */
#ifndef LAB_EXPLORE_BIT_SPINLOCK_H
#define LAB_EXPLORE_BIT_SPINLOCK_H

#include <linux/atomic.h>
#include <linux/preempt.h>

#define bit_spin_lock(bit, word)	lab_x_bit_lock(bit, word)
#define bit_spin_trylock(bit, word)	lab_x_bit_trylock(bit, word)
#define bit_spin_unlock(bit, word)	lab_x_bit_unlock(bit, word)
#define __bit_spin_unlock(bit, word)	lab_x_bit_unlock(bit, word)

#endif
