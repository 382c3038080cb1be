// SPDX-License-Identifier: GPL-2.0-only
/*
 * list_del() of what readers stand on: there is no way on from there.
 *
 *	reader				writer
 *	1. comes to the first item
 *					2. list_del() poisons its next
 *	3. follows that
 */
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

static void reader(void)
{
	struct item *item;

	rcu_read_lock();
	list_for_each_entry_rcu(item, &items, list)
		(void)item->value;
	rcu_read_unlock();
}

static void writer(void)
{
	spin_lock(&lock);
	list_del(&first->list); /* planted; instead: list_del_rcu(&first->list); */
	spin_unlock(&lock);
}

SCENARIO(start, end, { "reader", reader }, { "writer", writer });
