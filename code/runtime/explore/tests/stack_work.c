// SPDX-License-Identifier: GPL-2.0-only
/* A work on a stack is to be flushed before its function returns. */
#include "plant.h"

static int ran;

static void run(struct work_struct *work)
{
	(void)work;
	WRITE_ONCE(ran, 1);
}

static noinline void ask(void)
{
	struct work_struct work;

	INIT_WORK(&work, run);
	schedule_work(&work);
	(void)0; /* planted; instead: flush_work(&work); */
}

static void one(void)
{
	ask();
}

SCENARIO(NULL, NULL, { "one", one });
