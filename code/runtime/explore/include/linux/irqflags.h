/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands for <linux/irqflags.h> and <linux/bottom_half.h>: one kind of
 * interrupt, which both of them keep away. The flag does not nest: who switches
 * interrupts on has them on. Bottom halves off are counted.
 */
#ifndef LAB_EXPLORE_IRQFLAGS_H
#define LAB_EXPLORE_IRQFLAGS_H

#include "explore.h"

#define local_irq_disable()	lab_x_irq(LAB_X_IRQ_OFF)
#define local_irq_enable()	lab_x_irq(LAB_X_IRQ_ON)
#define local_irq_save(flags)	((flags) = lab_x_irq(LAB_X_IRQ_OFF))
#define local_irq_restore(flags) \
	lab_x_irq((flags) ? LAB_X_IRQ_OFF : LAB_X_IRQ_ON)
#define local_bh_disable()	lab_x_irq(LAB_X_BH_OFF)
#define local_bh_enable()	lab_x_irq(LAB_X_BH_ON)
#define irqs_disabled()		lab_x_irqs_off()

#include "lab_guard.h"
LAB_GUARDS_IRQ

#endif
