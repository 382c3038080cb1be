/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/slab.h>. */
#ifndef LAB_NATIVE_SLAB_H
#define LAB_NATIVE_SLAB_H

#include <stdlib.h>

#define GFP_KERNEL		0
#define kcalloc(n, size, gfp)	calloc(n, size)
#define kfree(ptr)		free((void *)(ptr))

#endif
