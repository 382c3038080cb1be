/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/mutex.h>, over pthreads. */
#ifndef LAB_NATIVE_MUTEX_H
#define LAB_NATIVE_MUTEX_H

#include <pthread.h>

#include <linux/kernel.h>

struct mutex {
	pthread_mutex_t mutex;
};

#define DEFINE_MUTEX(name) \
	struct mutex name = { .mutex = PTHREAD_MUTEX_INITIALIZER }
#define mutex_init(m)	pthread_mutex_init(&(m)->mutex, NULL)
#define mutex_lock(m)	(might_sleep(), (void)pthread_mutex_lock(&(m)->mutex))
#define mutex_lock_nested(m, subclass)	((void)(subclass), mutex_lock(m))
#define mutex_trylock(m)	(!pthread_mutex_trylock(&(m)->mutex))
#define mutex_unlock(m)	((void)pthread_mutex_unlock(&(m)->mutex))

#include "lab_guard.h"
LAB_GUARDS_MUTEX

#endif
