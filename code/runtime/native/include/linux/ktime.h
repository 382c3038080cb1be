/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/ktime.h>. */
#ifndef LAB_NATIVE_KTIME_H
#define LAB_NATIVE_KTIME_H

#include <time.h>

#include <linux/types.h>

static inline u64 ktime_get_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

#endif
