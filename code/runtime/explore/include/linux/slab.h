/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/slab.h>: memory with a lifetime, as from lab_alloc(). */
#ifndef LAB_EXPLORE_SLAB_H
#define LAB_EXPLORE_SLAB_H

#include "lab.h"

typedef unsigned int gfp_t;

#define GFP_KERNEL		0u
#define GFP_ATOMIC		1u
#define kzalloc(size, gfp) \
	((gfp) == GFP_ATOMIC ? lab_alloc_atomic(size) : lab_alloc(size))
#define kmalloc(size, gfp)	kzalloc(size, gfp)
#define kcalloc(n, size, gfp)	kzalloc((n) * (size), gfp)
#define kfree(ptr)		lab_free(ptr)

#endif
