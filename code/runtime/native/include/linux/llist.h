/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/llist.h>: many add, one takes all. */
#ifndef LAB_NATIVE_LLIST_H
#define LAB_NATIVE_LLIST_H

#include <linux/atomic.h>
#include <linux/kernel.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD(name)	struct llist_head name = { NULL }
#define llist_entry(ptr, type, member)	container_of(ptr, type, member)

/* True when the list was empty. */
static inline bool llist_add(struct llist_node *n, struct llist_head *head)
{
	struct llist_node *first;

	do {
		first = READ_ONCE(head->first);
		n->next = first;
	} while (cmpxchg(&head->first, first, n) != first);
	return !first;
}

#define llist_del_all(head)	xchg(&(head)->first, NULL)

/* By hand, as an entry of a NULL node must not be looked at. */
#define llist_for_each_entry(pos, node, member)				\
	for (struct llist_node *lab_llist = (node);			\
	     lab_llist && ((pos) = llist_entry(lab_llist,		\
					       __typeof__(*(pos)),	\
					       member));		\
	     lab_llist = lab_llist->next)

#endif
