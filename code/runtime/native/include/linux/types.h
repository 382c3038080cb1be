/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/types.h>: only what the lab sources use. */
#ifndef LAB_NATIVE_TYPES_H
#define LAB_NATIVE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* libc includes <linux/types.h> too: pass it on. */
#include_next <linux/types.h>

#include <linux/compiler.h>

#endif
