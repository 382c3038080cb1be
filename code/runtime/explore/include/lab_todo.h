/* SPDX-License-Identifier: GPL-2.0-only */
/* In the explorer, what is not written yet ends the run, and says so. */
#ifndef LAB_TODO_H
#define LAB_TODO_H

#include "explore.h"

/**
 * lab_todo() - stands in a skeleton where something is still to be written
 * @task: of the lab, e.g. "1.1"
 */
#define lab_todo(task) lab_x_todo(task, __func__)

#endif
