/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/compiler.h>: what the explorer has to know of it. */
#ifndef LAB_EXPLORE_COMPILER_H
#define LAB_EXPLORE_COMPILER_H

void lab_x_data_race(int by);

/* The access is a step, and no race is told of it. */
#define data_race(expr) ({						\
	__auto_type lab_value = (lab_x_data_race(1), (expr));		\
									\
	lab_x_data_race(-1);						\
	lab_value;							\
})

#include_next <linux/compiler.h>

#endif
