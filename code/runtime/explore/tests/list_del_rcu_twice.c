// SPDX-License-Identifier: GPL-2.0-only
/* list_del_rcu() leaves next for its readers, and poisons prev. */
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
	spin_lock(&lock);
	list_del_rcu(&first->list);
	list_del_rcu(&first->list); /* planted */
	spin_unlock(&lock);
}

SCENARIO(start, end, { "one", one });
