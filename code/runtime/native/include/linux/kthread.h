/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/kthread.h>, over pthreads. */
#ifndef LAB_NATIVE_KTHREAD_H
#define LAB_NATIVE_KTHREAD_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/sched.h>

__printf(3, 4)
struct task_struct *kthread_create(int (*fn)(void *), void *data,
				   const char *name, ...);
void kthread_bind(struct task_struct *thread, unsigned int cpu);
void wake_up_process(struct task_struct *thread);
int kthread_stop(struct task_struct *thread);
bool kthread_should_stop(void);

#endif
