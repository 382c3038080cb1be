/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAB_NATIVE_H
#define LAB_NATIVE_H

#include <stdint.h>
#include <time.h>

/**
 * lab_futex() - the one system call that liburcu's inline functions make
 * @number: SYS_futex
 * @uaddr: this and what follows as for syscall(2)
 *
 * A submission's object has it in place of syscall(), see
 * labs/grader/graderlib/native.py.
 *
 * Return: as syscall(2) does; it ends the program for any other call.
 */
long lab_futex(long number, int32_t *uaddr, long op, long val,
	       const struct timespec *timeout, int32_t *uaddr2, long val3);

/**
 * lab_catch_signals() - from now on SIGINT, SIGTERM and SIGHUP end the run
 *
 * The step at hand is ended as if its time were up: threads are joined,
 * objects freed, the report says where it stopped.
 */
void lab_catch_signals(void);

/**
 * lab_nr_cpus() - how many CPUs this process may use
 *
 * Called once, before any lab_pin().
 *
 * Return: their number.
 */
unsigned int lab_nr_cpus(void);

/**
 * lab_pin() - bind the calling thread to a CPU
 * @nth: counted from 0 among those that this process may use
 */
void lab_pin(unsigned int nth);

#endif
