/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands for <linux/irqflags.h> and <linux/bottom_half.h>: one kind of
 * interrupt, which both of them keep away.
 */
#ifndef LAB_EXPLORE_IRQFLAGS_H
#define LAB_EXPLORE_IRQFLAGS_H

#include "explore.h"

#define local_irq_disable()	lab_x_irq(true)
#define local_irq_enable()	lab_x_irq(false)
#define local_irq_save(flags)	((flags) = 0, lab_x_irq(true))
#define local_irq_restore(flags) ((void)(flags), lab_x_irq(false))
#define local_bh_disable()	lab_x_irq(true)
#define local_bh_enable()	lab_x_irq(false)
#define irqs_disabled()		lab_x_irqs_off()

#endif
