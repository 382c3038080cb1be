/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/workqueue.h>: one thread for all works (workqueue.c). */
#ifndef LAB_NATIVE_WORKQUEUE_H
#define LAB_NATIVE_WORKQUEUE_H

#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>

#include <linux/kernel.h>

struct work_struct {
	void (*func)(struct work_struct *work);
	struct work_struct *next;
	bool pending;
};

#define INIT_WORK(w, f)		(*(w) = (struct work_struct){ .func = (f) })
#define DECLARE_WORK(name, f)	struct work_struct name = { .func = (f) }

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
};

#define INIT_RCU_WORK(w, f)	INIT_WORK(&(w)->work, f)
#define to_rcu_work(w)		container_of(w, struct rcu_work, work)
#define system_wq		NULL
#define queue_work(wq, w)	((void)(wq), schedule_work(w))
#define queue_rcu_work(wq, w)	((void)(wq), lab_queue_rcu_work(w))

bool lab_queue_rcu_work(struct rcu_work *work);
bool schedule_work(struct work_struct *work);
bool flush_work(struct work_struct *work);

#endif
