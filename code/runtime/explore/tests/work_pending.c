// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue_work() of what is queued already is a full barrier as well: the run that
 * is still to come has what was stored before it. A look at the work's own flag
 * is none.
 *
 *	one			two			the work
 *	1. queues it
 *				2. data = 1
 *				3. queues it: pending
 *				4. seen = 1
 *							5. seen: reads data
 */
#include "plant.h"

static int data, seen;

static void fn(struct work_struct *w)
{
	(void)w;
	if (READ_ONCE(seen))
		lab_expect(data == 1, "it has what was stored before");
}

static DECLARE_WORK(work, fn);

static void one(void)
{
	schedule_work(&work);
}

static void two(void)
{
	data = 1;
	if (READ_ONCE(work.pending)) /* planted; instead: if (!schedule_work(&work)) */
		WRITE_ONCE(seen, 1);
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
