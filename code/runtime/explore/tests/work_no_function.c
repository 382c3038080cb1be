// SPDX-License-Identifier: GPL-2.0-only
/* A work is queued that was never initialised. */
#include "plant.h"

static void work_fn(struct work_struct *w)
{
}

static struct work_struct work;

static void one(void)
{
	(void)work_fn; /* planted; instead: INIT_WORK(&work, work_fn); */
	schedule_work(&work);
}

SCENARIO(NULL, NULL, { "one", one });
