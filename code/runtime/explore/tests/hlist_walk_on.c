// SPDX-License-Identifier: GPL-2.0-only
/* Whoever walks a bucket goes on from a node that it took off. */
#include "plant.h"
#include <linux/rculist.h>

struct item {
	int value;
	struct hlist_node node;
};

static HLIST_HEAD(bucket);
static DEFINE_SPINLOCK(lock);
static struct item *first, *second;

static void start(void)
{
	first = lab_alloc(sizeof(*first));
	second = lab_alloc(sizeof(*second));
	hlist_add_head(&first->node, &bucket);
	hlist_add_head(&second->node, &bucket);
}

static void end(void)
{
	lab_free(first);
	lab_free(second);
}

static void one(void)
{
	struct item *item;
	struct hlist_node *next;

	(void)next;
	spin_lock(&lock);
	hlist_for_each_entry(item, &bucket, node) /* planted; instead: hlist_for_each_entry_safe(item, next, &bucket, node) */
		hlist_del(&item->node);
	spin_unlock(&lock);
}

SCENARIO(start, end, { "one", one });
