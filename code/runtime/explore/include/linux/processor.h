/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <asm/processor.h>: who spins says so. */
#ifndef LAB_EXPLORE_PROCESSOR_H
#define LAB_EXPLORE_PROCESSOR_H

#include "explore.h"

#define cpu_relax()		lab_x_cpu_relax()

#endif
