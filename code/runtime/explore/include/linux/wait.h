/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/wait.h>. */
#ifndef LAB_EXPLORE_WAIT_H
#define LAB_EXPLORE_WAIT_H

#include <linux/kernel.h>

typedef struct {
	struct lab_x_waiters w;
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name)	wait_queue_head_t name
#define init_waitqueue_head(q)	(*(q) = (wait_queue_head_t){ { 0, 0 } })
#define wake_up(q)		lab_x_wake_up(&(q)->w)
#define wake_up_all(q)		lab_x_wake_up(&(q)->w)

/* A wake-up between the preparation and the wait is not lost. */
#define wait_event(q, cond) do {					\
	unsigned int lab_since;						\
									\
	for (;;) {							\
		lab_since = lab_x_prepare_to_wait(&(q).w);		\
		if (cond)						\
			break;						\
		lab_x_wait(&(q).w, lab_since);				\
	}								\
} while (0)

#endif
