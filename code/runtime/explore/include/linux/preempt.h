/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/preempt.h>. */
#ifndef LAB_EXPLORE_PREEMPT_H
#define LAB_EXPLORE_PREEMPT_H

#include <linux/kernel.h>

#define preempt_disable()	lab_x_preempt(1)
#define preempt_enable()	lab_x_preempt(-1)
#define preempt_count()		lab_x_preempt_count()

#include "lab_guard.h"
LAB_GUARDS_PREEMPT

#endif
