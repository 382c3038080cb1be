// SPDX-License-Identifier: GPL-2.0-only
/* hlist_del() leaves a node that looks as if it were on a list still. */
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

static void take_off(void)
{
	spin_lock(&lock);
	if (!hlist_unhashed(&first->node))
		hlist_del(&first->node); /* planted; instead: hlist_del_init(&first->node); */
	spin_unlock(&lock);
}

SCENARIO(start, end, { "one", take_off }, { "two", take_off });
