/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/kernel.h>: a warning is a failure of the scenario. */
#ifndef LAB_EXPLORE_KERNEL_H
#define LAB_EXPLORE_KERNEL_H

#include "explore.h"
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/types.h>

#define WARN_ON(cond) ({						\
	bool lab_warned = !!(cond);					\
									\
	if (lab_warned)							\
		lab_x_warn("WARN_ON(" #cond ")");			\
	lab_warned;							\
})
#define WARN_ON_ONCE(cond)	WARN_ON(cond)
#define WARN(cond, fmt, ...) ({						\
	bool lab_warned = !!(cond);					\
									\
	if (lab_warned)							\
		lab_x_warn(fmt);					\
	lab_warned;							\
})
#define WARN_ONCE(cond, fmt, ...) \
	do { if (cond) lab_x_warn(fmt); } while (0)
/* The kernel stops here: nothing that follows would mean anything. */
#define BUG_ON(cond) \
	do { if (cond) lab_x_bug("BUG_ON(" #cond ")"); } while (0)
#define BUG()	lab_x_bug("BUG()")

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
#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#endif

#define might_sleep()		lab_x_might_sleep()
#define cond_resched()		lab_x_might_sleep()

#endif
