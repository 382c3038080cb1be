/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/mutex.h>. */
#ifndef LAB_EXPLORE_MUTEX_H
#define LAB_EXPLORE_MUTEX_H

#include <linux/kernel.h>

struct mutex {
	struct lab_x_lock lock;
};

#define DEFINE_MUTEX(name) \
	struct mutex name = { .lock = LAB_X_LOCK_INIT(#name) }
#define mutex_init(m)		LAB_X_LOCK_INIT_HERE(&(m)->lock, #m)
#define mutex_lock(m)		lab_x_lock(&(m)->lock, 0, true)
#define mutex_lock_nested(m, subclass)	lab_x_lock(&(m)->lock, subclass, true)
#define mutex_trylock(m)	lab_x_trylock(&(m)->lock, true)
#define mutex_unlock(m)		lab_x_unlock(&(m)->lock, true)

#include "lab_guard.h"
LAB_GUARDS_MUTEX

#endif
