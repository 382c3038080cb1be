// SPDX-License-Identifier: GPL-2.0-only
/* Whoever waits for a work looks at it: it must still be there. */
#include "plant.h"

static struct work_struct *work;

static void work_fn(struct work_struct *w)
{
}

static void start(void)
{
	work = lab_alloc(sizeof(*work));
	INIT_WORK(work, work_fn);
}

static void one(void)
{
	flush_work(work);
}

static void two(void)
{
	lab_free(work); /* planted */
}

static void end(void)
{
	(void)0; /* planted; instead: lab_free(work); */
}

SCENARIO(start, end, { "one", one }, { "two", two });
