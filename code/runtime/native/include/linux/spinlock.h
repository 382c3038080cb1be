/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/spinlock.h> and <linux/rwlock.h>, over pthreads. */
#ifndef LAB_NATIVE_SPINLOCK_H
#define LAB_NATIVE_SPINLOCK_H

#include <pthread.h>

#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/processor.h>

typedef struct {
	pthread_spinlock_t lock;
} spinlock_t;

#define spin_lock_init(l) \
	((void)pthread_spin_init(&(l)->lock, PTHREAD_PROCESS_PRIVATE))
#define DEFINE_SPINLOCK(name)	spinlock_t name = { .lock = 1 /* free */ }

static inline void spin_lock(spinlock_t *l)
{
	int tries = 0;

	/* No holder is ever preempted in the kernel. Here it can be: yield. */
	while (pthread_spin_trylock(&l->lock))
		lab_spin_wait(&tries);
	preempt_disable();
}

static inline bool spin_trylock(spinlock_t *l)
{
	if (pthread_spin_trylock(&l->lock))
		return false;
	preempt_disable();
	return true;
}

static inline void spin_unlock(spinlock_t *l)
{
	preempt_enable();
	pthread_spin_unlock(&l->lock);
}

/* There are no interrupts here to keep away. */
#define spin_lock_irq(l)		spin_lock(l)
#define spin_unlock_irq(l)		spin_unlock(l)
#define spin_lock_bh(l)			spin_lock(l)
#define spin_unlock_bh(l)		spin_unlock(l)
#define spin_lock_nested(l, subclass)	((void)(subclass), spin_lock(l))
#define lockdep_assert_held(l)		((void)(l))
#define assert_spin_locked(l)		((void)(l))
#define spin_lock_irqsave(l, flags)	((flags) = 0, spin_lock(l))
#define spin_unlock_irqrestore(l, flags) ((void)(flags), spin_unlock(l))

typedef struct {
	pthread_rwlock_t lock;
} rwlock_t;

#define DEFINE_RWLOCK(name) \
	rwlock_t name = { .lock = PTHREAD_RWLOCK_INITIALIZER }
#define read_lock(l) \
	((void)pthread_rwlock_rdlock(&(l)->lock), preempt_disable())
#define read_unlock(l) \
	(preempt_enable(), (void)pthread_rwlock_unlock(&(l)->lock))
#define write_lock(l) \
	((void)pthread_rwlock_wrlock(&(l)->lock), preempt_disable())
#define write_unlock(l)			read_unlock(l)
#define rwlock_init(l)			((void)pthread_rwlock_init(&(l)->lock, NULL))
#define read_lock_irq(l)		read_lock(l)
#define read_unlock_irq(l)		read_unlock(l)
#define write_lock_irq(l)		write_lock(l)
#define write_unlock_irq(l)		write_unlock(l)
#define read_lock_bh(l)			read_lock(l)
#define read_unlock_bh(l)		read_unlock(l)
#define write_lock_bh(l)		write_lock(l)
#define write_unlock_bh(l)		write_unlock(l)
#define read_lock_irqsave(l, flags)	((flags) = 0, read_lock(l))
#define read_unlock_irqrestore(l, flags) ((void)(flags), read_unlock(l))
#define write_lock_irqsave(l, flags)	((flags) = 0, write_lock(l))
#define write_unlock_irqrestore(l, flags) ((void)(flags), write_unlock(l))

#include "lab_guard.h"
LAB_GUARDS_SPINLOCK

#endif
