// SPDX-License-Identifier: GPL-2.0-only
/*
 * A completion on a stack: whoever completes it must have done so before its
 * function returns.
 *
 *	one				the work
 *	1. has a completion, queues
 *	   the work and returns
 *					2. completes it
 */
#include "plant.h"

static struct completion *asked;
static int answers;

static void answer(struct work_struct *work)
{
	(void)work;
	complete(asked);
}

static DECLARE_WORK(work, answer);

static noinline void ask(void)
{
	struct completion done;

	init_completion(&done);
	asked = &done;
	schedule_work(&work);
	(void)0; /* planted; instead: wait_for_completion(&done); */
}

static void one(void)
{
	ask();
	WRITE_ONCE(answers, answers + 1);
}

SCENARIO(NULL, NULL, { "one", one });
