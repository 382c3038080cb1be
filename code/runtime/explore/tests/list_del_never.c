// SPDX-License-Identifier: GPL-2.0-only
/* An entry that was never put on a list is taken off one. */
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
	struct item *other = lab_alloc(sizeof(*other));

	INIT_LIST_HEAD(&other->list); /* planted; instead: list_add(&other->list, &items); */
	other->list.next = NULL; /* planted */
	list_del(&other->list);
	lab_free(other);
}

SCENARIO(start, end, { "one", one });
