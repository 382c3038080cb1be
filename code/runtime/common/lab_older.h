/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scheme may use and an older kernel lacks: guard() is of 6.5, and was taken
 * into stable kernels such as 6.1.192.
 */
#ifndef LAB_OLDER_H
#define LAB_OLDER_H

#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#ifndef guard
#include "lab_guard.h"

LAB_GUARDS_SPINLOCK
LAB_GUARDS_IRQ
LAB_GUARDS_MUTEX
LAB_GUARDS_RCU
LAB_GUARDS_PREEMPT
#endif

#endif /* LAB_OLDER_H */
