/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/wait.h>: whoever waits looks again and again. */
#ifndef LAB_NATIVE_WAIT_H
#define LAB_NATIVE_WAIT_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/preempt.h>

typedef struct {
	int wakes;
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name)	wait_queue_head_t name = { 0 }
#define init_waitqueue_head(q)		((void)((q)->wakes = 0))
#define wake_up(q) \
	((void)__atomic_fetch_add(&(q)->wakes, 1, __ATOMIC_SEQ_CST))
#define wake_up_all(q)			wake_up(q)
#define wait_event(q, cond) do {					\
	int lab_tries = 0;						\
									\
	might_sleep();							\
	(void)(q);							\
	while (!(cond))							\
		lab_spin_wait(&lab_tries);				\
	smp_mb();							\
} while (0)

#endif
