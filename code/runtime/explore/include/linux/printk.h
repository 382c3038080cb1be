/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/printk.h>: the native one, with nobody who writes. */
#ifndef LAB_EXPLORE_PRINTK_H
#define LAB_EXPLORE_PRINTK_H

#define lab_printk lab_x_printk
#include_next <linux/printk.h>

#endif
