/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each file here plants one bug. The lines that end in "planted" are it; the
 * twin, which must stay silent, is the file without them, or with what they
 * say stands there instead (code/tests/test_explore_detectors.py).
 */
#ifndef LAB_EXPLORE_PLANT_H
#define LAB_EXPLORE_PLANT_H

#include <linux/atomic.h>
#include <linux/bit_spinlock.h>
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "explore.h"
#include "lab.h"

struct thing {
	int a;
	int b;
	struct thing *next;
	struct rcu_head rcu;
};

#define SCENARIO(start, end, ...)					\
const struct lab_scenario lab_scenario = {				\
	.name = "planted", .what = "a planted bug",			\
	.setup = (start), .finish = (end), .actors = { __VA_ARGS__ },	\
}

#endif
