/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/slab.h>. */
#ifndef LAB_NATIVE_SLAB_H
#define LAB_NATIVE_SLAB_H

#include <stdlib.h>

typedef unsigned int gfp_t;

#define GFP_KERNEL		0u
#define GFP_ATOMIC		1u
#define kcalloc(n, size, gfp)	calloc(n, size)
#define kfree(ptr)		free((void *)(ptr))

#endif
