// SPDX-License-Identifier: GPL-2.0-only
/*
 * The native runtime: what the headers beside it need in code, and what
 * lab.h and lab_run.h ask of an environment.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>

#include "lab_run.h"
#include "native.h"

__thread int lab_preempt_count;

/* Written by a signal handler, read by the main thread only. */
static volatile sig_atomic_t lab_interrupted;

static void lab_interrupt(int signal)
{
	lab_interrupted = signal;
}

long lab_futex(long number, int32_t *uaddr, long op, long val,
	       const struct timespec *timeout, int32_t *uaddr2, long val3)
{
	if (number != SYS_futex)
		abort();
	return syscall(SYS_futex, uaddr, op, val, timeout, uaddr2, val3);
}

void lab_printk(const char *fmt, ...)
{
	(void)fmt;
}

/* Threads */

struct task_struct {
	pthread_t thread;
	int (*fn)(void *data);
	void *data;
	unsigned int cpu;
	bool should_stop;
};

static __thread struct task_struct *lab_current;

struct task_struct *kthread_create(int (*fn)(void *), void *data,
				   const char *name, ...)
{
	struct task_struct *thread = calloc(1, sizeof(*thread));

	if (!thread)
		return ERR_PTR(-ENOMEM);
	thread->fn = fn;
	thread->data = data;
	return thread;
}

void kthread_bind(struct task_struct *thread, unsigned int cpu)
{
	thread->cpu = cpu;
}

/* The CPUs that this process may use, not those that there are. */
static cpu_set_t lab_cpus;

unsigned int lab_nr_cpus(void)
{
	if (sched_getaffinity(0, sizeof(lab_cpus), &lab_cpus))
		CPU_SET(0, &lab_cpus);
	return CPU_COUNT(&lab_cpus);
}

void lab_pin(unsigned int nth)
{
	cpu_set_t one;
	int cpu;

	CPU_ZERO(&one);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &lab_cpus) && !nth--)
			CPU_SET(cpu, &one);
	pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
}

static void *lab_thread(void *arg)
{
	struct task_struct *thread = arg;

	lab_current = thread;
	lab_pin(thread->cpu);
	urcu_memb_register_thread();
	thread->fn(thread->data);
	urcu_memb_unregister_thread();
	return NULL;
}

void wake_up_process(struct task_struct *thread)
{
	int err = pthread_create(&thread->thread, NULL, lab_thread, thread);

	if (err) {
		fprintf(stderr, "no more threads: %s\n", strerror(err));
		exit(1);
	}
}

int kthread_stop(struct task_struct *thread)
{
	__atomic_store_n(&thread->should_stop, true, __ATOMIC_RELAXED);
	pthread_join(thread->thread, NULL);
	free(thread);
	return 0;
}

bool kthread_should_stop(void)
{
	return __atomic_load_n(&lab_current->should_stop, __ATOMIC_RELAXED);
}

void lab_might_sleep(void)
{
	if (!lab_preempt_count && !urcu_memb_read_ongoing())
		return;
	fprintf(stderr, "BUG: sleeping function called from invalid context\n");
	abort();
}

/* lab.h */

static atomic64_t lab_live = ATOMIC64_INIT(0);

void *lab_alloc(size_t size)
{
	void *object = aligned_alloc(SMP_CACHE_BYTES,
				     (size + SMP_CACHE_BYTES - 1) &
				     -(size_t)SMP_CACHE_BYTES);

	if (object) {
		memset(object, 0, size);
		atomic64_inc(&lab_live);
	}
	return object;
}

/* malloc() does not sleep in the kernel's sense. */
void *lab_alloc_atomic(size_t size)
{
	return lab_alloc(size);
}

void lab_free(const void *object)
{
	if (object)
		atomic64_add(-1, &lab_live);
	free((void *)object);
}

#ifdef LAB_POINTS
/* Widens every window: now and then, let somebody else run. */
void lab_point_reached(const char *label)
{
	static __thread unsigned int seed;

	if (!seed)
		seed = (unsigned int)(unsigned long)&seed | 1;
	seed = seed * 1664525 + 1013904223;
	if (seed >> 28 == 0)
		usleep(seed >> 20 & 63);
	else if (seed >> 28 < 4)
		sched_yield();
}
#endif

/* lab_run.h */

long lab_live_objects(void)
{
	return atomic64_read(&lab_live);
}

void lab_print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	fflush(stdout);
}

void lab_sleep_ms(unsigned int ms)
{
	/* In small pieces: a signal just before a long one would be missed. */
	while (ms && !lab_interrupted) {
		unsigned int piece = min(ms, 20u);

		usleep(piece * 1000);
		ms -= piece;
	}
}

bool lab_stopping(void)
{
	return lab_interrupted;
}

/* There are no jiffies here. */
unsigned int lab_hz(void)
{
	return 0;
}

void lab_catch_signals(void)
{
	struct sigaction action = { .sa_handler = lab_interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}
