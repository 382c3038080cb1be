/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/completion.h>: whoever waits looks again and again. */
#ifndef LAB_NATIVE_COMPLETION_H
#define LAB_NATIVE_COMPLETION_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/preempt.h>

#define LAB_COMPLETED_FOR_ALL	(~0u / 2)

struct completion {
	unsigned int done;
};

#define DECLARE_COMPLETION(name)	struct completion name = { 0 }
#define init_completion(c)		WRITE_ONCE((c)->done, 0)
#define complete(c) \
	((void)__atomic_fetch_add(&(c)->done, 1, __ATOMIC_RELEASE))
#define complete_all(c) \
	__atomic_store_n(&(c)->done, LAB_COMPLETED_FOR_ALL, __ATOMIC_RELEASE)

static inline void wait_for_completion(struct completion *c)
{
	unsigned int done;
	int tries = 0;

	might_sleep();
	for (;;) {
		done = smp_load_acquire(&c->done);
		if (done >= LAB_COMPLETED_FOR_ALL)
			return;
		if (done && cmpxchg(&c->done, done, done - 1) == done)
			return;
		lab_spin_wait(&tries);
	}
}

#endif
