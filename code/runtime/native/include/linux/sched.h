/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/sched.h>. */
#ifndef LAB_NATIVE_SCHED_H
#define LAB_NATIVE_SCHED_H

#include <sched.h>

#include <linux/types.h>

struct task_struct;

/* The host's kernel preempts us anyway. */
#define cond_resched()	do { } while (0)

#endif
