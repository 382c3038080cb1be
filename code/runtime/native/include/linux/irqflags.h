/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/irqflags.h>: there are no interrupts here to keep away. */
#ifndef LAB_NATIVE_IRQFLAGS_H
#define LAB_NATIVE_IRQFLAGS_H

#include <linux/preempt.h>

/* Nobody may sleep there, as in the kernel. */
#define local_irq_disable()		preempt_disable()
#define local_irq_enable()		preempt_enable()
#define local_irq_save(flags)		((flags) = 0, preempt_disable())
#define local_irq_restore(flags)	((void)(flags), preempt_enable())
#define local_bh_disable()		preempt_disable()
#define local_bh_enable()		preempt_enable()

#include "lab_guard.h"
LAB_GUARDS_IRQ

#endif
