/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/spinlock.h>, over pthreads. */
#ifndef LAB_NATIVE_SPINLOCK_H
#define LAB_NATIVE_SPINLOCK_H

#include <pthread.h>

#include <linux/preempt.h>

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

static inline void spin_unlock(spinlock_t *l)
{
	preempt_enable();
	pthread_spin_unlock(&l->lock);
}

#endif
