/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/completion.h>. */
#ifndef LAB_EXPLORE_COMPLETION_H
#define LAB_EXPLORE_COMPLETION_H

#include <linux/kernel.h>

struct completion {
	struct lab_x_waiters w;
};

#define DECLARE_COMPLETION(name)	struct completion name
#define init_completion(c)	(*(c) = (struct completion){ { 0, 0 } })
#define complete(c)		lab_x_complete(&(c)->w, false)
#define complete_all(c)		lab_x_complete(&(c)->w, true)
#define wait_for_completion(c)	lab_x_wait_for_completion(&(c)->w)

#endif
