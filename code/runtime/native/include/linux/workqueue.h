/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/workqueue.h>: one thread for all works (workqueue.c). */
#ifndef LAB_NATIVE_WORKQUEUE_H
#define LAB_NATIVE_WORKQUEUE_H

#include <linux/kernel.h>

struct work_struct {
	void (*func)(struct work_struct *work);
	struct work_struct *next;
	bool pending;
};

#define INIT_WORK(w, f)		(*(w) = (struct work_struct){ .func = (f) })
#define DECLARE_WORK(name, f)	struct work_struct name = { .func = (f) }

bool schedule_work(struct work_struct *work);
bool flush_work(struct work_struct *work);

#endif
