// SPDX-License-Identifier: GPL-2.0-only
/* A work still runs when what it needs is gone. */
#include "plant.h"

static struct thing *shared;

static void start(void)
{
	shared = lab_alloc(sizeof(*shared));
}

static void work_fn(struct work_struct *w)
{
	WRITE_ONCE(shared->a, 1);
}

static DECLARE_WORK(work, work_fn);

static void one(void)
{
	schedule_work(&work);
	(void)0; /* planted; instead: flush_work(&work); */
	lab_free(shared);
}

SCENARIO(start, NULL, { "one", one });
