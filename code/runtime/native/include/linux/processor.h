/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <asm/processor.h>: who spins gives way now and then. */
#ifndef LAB_NATIVE_PROCESSOR_H
#define LAB_NATIVE_PROCESSOR_H

#include <linux/preempt.h>

static inline void cpu_relax(void)
{
	static __thread int lab_tries;

	lab_spin_wait(&lab_tries);
}

#endif
