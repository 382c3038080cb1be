// SPDX-License-Identifier: GPL-2.0-only
/*
 * An instance is taken off the active list by the tick, and once more by whoever
 * stops it (CVE-2016-2545).
 *
 *	tick				stop
 *	1. list_del()
 *					2. list_del() again
 */
#include "plant.h"
#include <linux/list.h>

struct instance {
	struct list_head active;
};

static LIST_HEAD(active_list);
static DEFINE_SPINLOCK(timer_lock);
static struct instance *ti;

static void take_off(struct instance *i)
{
	list_del(&i->active); /* planted; instead: list_del_init(&i->active); */
}

static void start(void)
{
	ti = lab_alloc(sizeof(*ti));
	list_add(&ti->active, &active_list);
}

static void tick(void)
{
	spin_lock(&timer_lock);
	if (!list_empty(&active_list))
		take_off(ti);
	spin_unlock(&timer_lock);
}

static void stop(void)
{
	spin_lock(&timer_lock);
	take_off(ti);
	spin_unlock(&timer_lock);
}

static void end(void)
{
	lab_free(ti);
}

SCENARIO(start, end, { "tick", tick }, { "stop", stop });
