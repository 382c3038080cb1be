/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/bits.h>. */
#ifndef LAB_NATIVE_BITS_H
#define LAB_NATIVE_BITS_H

#define BIT(nr)		(1UL << (nr))
#define GENMASK(h, l)	(~0UL >> (63 - (h)) & ~0UL << (l))

#endif
