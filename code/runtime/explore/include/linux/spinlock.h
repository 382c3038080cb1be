/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/spinlock.h> and <linux/rwlock.h>. */
#ifndef LAB_EXPLORE_SPINLOCK_H
#define LAB_EXPLORE_SPINLOCK_H

#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/processor.h>

typedef struct {
	struct lab_x_lock lock;
} spinlock_t;

typedef struct {
	struct lab_x_lock lock;
} rwlock_t;

#define DEFINE_SPINLOCK(name)	spinlock_t name = { LAB_X_LOCK_INIT(#name) }
#define spin_lock_init(l)	LAB_X_LOCK_INIT_HERE(&(l)->lock, #l)
#define spin_lock(l)		lab_x_lock(&(l)->lock, 0, false)
#define spin_lock_nested(l, n)	lab_x_lock(&(l)->lock, n, false)
#define spin_trylock(l)		lab_x_trylock(&(l)->lock, false)
#define spin_unlock(l)		lab_x_unlock(&(l)->lock, false)
#define spin_lock_irq(l)	(local_irq_disable(), spin_lock(l))
#define spin_unlock_irq(l)	(spin_unlock(l), local_irq_enable())
#define spin_lock_irqsave(l, f)	(local_irq_save(f), spin_lock(l))
#define spin_unlock_irqrestore(l, f) (spin_unlock(l), local_irq_restore(f))
#define spin_lock_bh(l)		(local_bh_disable(), spin_lock(l))
#define spin_unlock_bh(l)	(spin_unlock(l), local_bh_enable())
#define spin_is_locked(l)	(READ_ONCE((l)->lock.owner) != 0)

#define DEFINE_RWLOCK(name)	rwlock_t name = { LAB_X_LOCK_INIT(#name) }
#define rwlock_init(l)		LAB_X_LOCK_INIT_HERE(&(l)->lock, #l)
#define read_lock(l)		lab_x_read_lock(&(l)->lock)
#define read_unlock(l)		lab_x_read_unlock(&(l)->lock)
#define write_lock(l)		lab_x_lock(&(l)->lock, 0, false)
#define write_unlock(l)		lab_x_unlock(&(l)->lock, false)
#define read_lock_irq(l)	(local_irq_disable(), read_lock(l))
#define read_unlock_irq(l)	(read_unlock(l), local_irq_enable())
#define write_lock_irq(l)	(local_irq_disable(), write_lock(l))
#define write_unlock_irq(l)	(write_unlock(l), local_irq_enable())

#define read_lock_bh(l)		(local_bh_disable(), read_lock(l))
#define read_unlock_bh(l)	(read_unlock(l), local_bh_enable())
#define write_lock_bh(l)	(local_bh_disable(), write_lock(l))
#define write_unlock_bh(l)	(write_unlock(l), local_bh_enable())
#define read_lock_irqsave(l, f)	(local_irq_save(f), read_lock(l))
#define read_unlock_irqrestore(l, f) (read_unlock(l), local_irq_restore(f))
#define write_lock_irqsave(l, f) (local_irq_save(f), write_lock(l))
#define write_unlock_irqrestore(l, f) (write_unlock(l), local_irq_restore(f))

#define lockdep_is_held(l)	lab_x_held(&(l)->lock)
#define lockdep_assert_held(l)	((void)WARN_ON(!lockdep_is_held(l)))
#define assert_spin_locked(l)	lockdep_assert_held(l)

#include "lab_guard.h"
LAB_GUARDS_SPINLOCK

#endif
