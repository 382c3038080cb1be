/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/compiler.h>: marked accesses, and sparse's words. */
#ifndef LAB_NATIVE_COMPILER_H
#define LAB_NATIVE_COMPILER_H

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#ifndef data_race
#define data_race(expr)		(expr)
#endif
#define barrier()		__asm__ __volatile__("" : : : "memory")
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)

#define __rcu
#define __init
#define __exit
#define __acquires(lock)
#define __releases(lock)
#define __acquire(lock)		do { } while (0)
#define __release(lock)		do { } while (0)
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))
#define noinline		__attribute__((noinline))
#define __maybe_unused		__attribute__((__unused__))
#define __must_check		__attribute__((__warn_unused_result__))
#define fallthrough		__attribute__((__fallthrough__))

#endif
