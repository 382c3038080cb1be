/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/sort.h>. */
#ifndef LAB_NATIVE_SORT_H
#define LAB_NATIVE_SORT_H

#include <stdlib.h>

#define sort(base, n, size, cmp, swap)	qsort(base, n, size, cmp)

#endif
