/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In a kernel, what is not written yet is a warning with its name, once, and
 * the step fails. Other environments have a lab_todo.h of their own.
 */
#ifndef LAB_TODO_H
#define LAB_TODO_H

#include <linux/printk.h>

#include "lab.h"

#define lab_todo(task) do {						\
	pr_warn_once("task %s is not written yet: %s()\n", task,	\
		     __func__);						\
	lab_violated(LAB_LEAK, NULL);					\
} while (0)

#endif
