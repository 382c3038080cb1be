/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/poison.h>: what an entry holds that is off its list. */
#ifndef LAB_NATIVE_POISON_H
#define LAB_NATIVE_POISON_H

#define LIST_POISON1	((void *)0xdead000000000100UL)	/* next */
#define LIST_POISON2	((void *)0xdead000000000122UL)	/* prev, pprev */

#endif
