/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/preempt.h>: counted, so that might_sleep() can object. */
#ifndef LAB_NATIVE_PREEMPT_H
#define LAB_NATIVE_PREEMPT_H

#include <sched.h>

#include <linux/compiler.h>

extern __thread int lab_preempt_count;

#define preempt_disable()	((void)++lab_preempt_count)
#define preempt_enable()	((void)--lab_preempt_count)

static inline void lab_spin_wait(int *tries)
{
	if (++*tries % 1024)
		__builtin_ia32_pause();
	else
		sched_yield();
}

#include "lab_guard.h"
LAB_GUARDS_PREEMPT

#endif
