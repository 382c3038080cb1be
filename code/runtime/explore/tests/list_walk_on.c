// SPDX-License-Identifier: GPL-2.0-only
/* Whoever walks a list goes on from an entry that it took off. */
#include "plant.h"
#include <linux/rculist.h>

struct item {
	int value;
	struct list_head list;
};

static LIST_HEAD(items);
static DEFINE_SPINLOCK(lock);
static struct item *first, *second;

static void start(void)
{
	first = lab_alloc(sizeof(*first));
	second = lab_alloc(sizeof(*second));
	list_add_tail(&first->list, &items);
	list_add_tail(&second->list, &items);
}

static void end(void)
{
	lab_free(first);
	lab_free(second);
}

static void one(void)
{
	struct item *item, *next;

	(void)next;
	spin_lock(&lock);
	list_for_each_entry(item, &items, list) /* planted; instead: list_for_each_entry_safe(item, next, &items, list) */
		list_del(&item->list);
	spin_unlock(&lock);
}

SCENARIO(start, end, { "one", one });
