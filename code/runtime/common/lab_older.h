/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scheme may use and an older kernel lacks: guard() is of 6.5. The names of
 * its guards are the same; that of the irqsave kind keeps its flags by itself.
 */
#ifndef LAB_OLDER_H
#define LAB_OLDER_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "lab_guard.h"

LAB_GUARDS_SPINLOCK
LAB_GUARDS_MUTEX
LAB_GUARDS_RCU
LAB_GUARDS_PREEMPT
#endif

#endif /* LAB_OLDER_H */
