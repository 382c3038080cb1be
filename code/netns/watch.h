/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scheme tells of its walk, for who measures it. Not the kernel's.
 * Whether anybody does, a scheme is not told: watched.h.
 */
#ifndef LAB_WATCH_H
#define LAB_WATCH_H

#include <linux/types.h>

u64 lab_watch_clock(void);
void lab_watch_walk(u64 began, unsigned int walked);

#endif /* LAB_WATCH_H */
