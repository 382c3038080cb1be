/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/workqueue.h>: each work runs in a process of its own. */
#ifndef LAB_EXPLORE_WORKQUEUE_H
#define LAB_EXPLORE_WORKQUEUE_H

#include <linux/kernel.h>

struct work_struct {
	unsigned int pending;
	unsigned int running;
	void (*func)(struct work_struct *work);
};

struct rcu_work {
	struct work_struct work;
};

#define INIT_WORK(w, f) \
	(*(w) = (struct work_struct){ .func = (f) })
#define INIT_RCU_WORK(w, f)	INIT_WORK(&(w)->work, f)
#define DECLARE_WORK(name, f)	struct work_struct name = { .func = (f) }
#define schedule_work(w)	lab_x_queue_work(w)
#define queue_work(wq, w)	((void)(wq), lab_x_queue_work(w))
#define queue_rcu_work(wq, w)	((void)(wq), lab_x_queue_rcu_work(&(w)->work))
#define flush_work(w)		lab_x_flush_work(w)
#define to_rcu_work(w)		container_of(w, struct rcu_work, work)
#define system_wq		NULL

#endif
