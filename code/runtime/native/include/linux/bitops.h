/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/bitops.h>. */
#ifndef LAB_NATIVE_BITOPS_H
#define LAB_NATIVE_BITOPS_H

#include <linux/bits.h>

/* The lowest bit that is set; there is one. */
#define __ffs(word)	((unsigned long)__builtin_ctzl(word))

#endif
