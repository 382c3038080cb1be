/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/kernel.h>: warnings go to stderr. */
#ifndef LAB_NATIVE_KERNEL_H
#define LAB_NATIVE_KERNEL_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/types.h>

#define WARN_ONCE(cond, ...) do {					\
	static bool lab_warned;						\
									\
	if (unlikely(cond) &&						\
	    !__atomic_exchange_n(&lab_warned, true, __ATOMIC_RELAXED))	\
		fprintf(stderr, "WARNING: " __VA_ARGS__);		\
} while (0)

#define WARN_ON_ONCE(cond) ({						\
	bool lab_warns = !!(cond);					\
									\
	WARN_ONCE(lab_warns, "%s:%d: %s\n", __FILE__, __LINE__, #cond);	\
	lab_warns;							\
})
#define WARN_ON(cond)		WARN_ON_ONCE(cond)
#define WARN(cond, ...) ({						\
	bool lab_warns = !!(cond);					\
									\
	WARN_ONCE(lab_warns, __VA_ARGS__);				\
	lab_warns;							\
})

#define BUG_ON(cond) do {						\
	if (unlikely(cond)) {						\
		fprintf(stderr, "BUG: %s:%d: %s\n", __FILE__, __LINE__, #cond); \
		abort();						\
	}								\
} while (0)
#define BUG()			BUG_ON(true)

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define swap(a, b) do {							\
	__typeof__(a) lab_swapped = (a);				\
									\
	(a) = (b);							\
	(b) = lab_swapped;						\
} while (0)
#define max(a, b)		((a) > (b) ? (a) : (b))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

/* Inside an RCU read-side critical section or under a spinlock: a bug. */
void lab_might_sleep(void);
#define might_sleep()		lab_might_sleep()

#endif
