/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/bits.h>. */
#ifndef LAB_NATIVE_BITS_H
#define LAB_NATIVE_BITS_H

#define BIT(nr)	(1UL << (nr))

#endif
