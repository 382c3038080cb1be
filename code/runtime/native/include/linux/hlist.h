/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hlist part of <linux/list.h>: liburcu's hlist can't tell whether a node is
 * on a list. Plain C with marked accesses, so that every detector sees them.
 */
#ifndef LAB_NATIVE_HLIST_H
#define LAB_NATIVE_HLIST_H

#include <linux/kernel.h>
#include <linux/poison.h>

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define HLIST_HEAD_INIT		{ .first = NULL }
#define HLIST_HEAD(name)	struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(h)	((void)((h)->first = NULL))
#define hlist_entry(ptr, type, member)	container_of(ptr, type, member)

static inline void INIT_HLIST_NODE(struct hlist_node *n)
{
	n->next = NULL;
	n->pprev = NULL;
}

static inline bool hlist_empty(const struct hlist_head *h)
{
	return !READ_ONCE(h->first);
}

static inline bool hlist_unhashed(const struct hlist_node *n)
{
	return !n->pprev;
}

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *first = h->first;

	WRITE_ONCE(n->next, first);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
	WRITE_ONCE(h->first, n);
	WRITE_ONCE(n->pprev, &h->first);
}

static inline void __hlist_del(struct hlist_node *n)
{
	struct hlist_node *next = n->next;

	WRITE_ONCE(*n->pprev, next);
	if (next)
		WRITE_ONCE(next->pprev, n->pprev);
}

static inline void hlist_del(struct hlist_node *n)
{
	__hlist_del(n);
	n->next = LIST_POISON1;
	n->pprev = LIST_POISON2;
}

static inline void hlist_del_init(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	__hlist_del(n);
	INIT_HLIST_NODE(n);
}

#define hlist_for_each_entry(pos, head, member)				\
	for (struct hlist_node *lab_at = (head)->first;			\
	     lab_at && ((pos) = hlist_entry(lab_at, __typeof__(*(pos)),	\
					    member));			\
	     lab_at = lab_at->next)

/* @after is a struct hlist_node pointer: @pos may be taken off meanwhile. */
#define hlist_for_each_entry_safe(pos, after, head, member)		\
	for (struct hlist_node *lab_at = (head)->first;			\
	     lab_at && ((pos) = hlist_entry(lab_at, __typeof__(*(pos)),	\
					    member),			\
			(after) = lab_at->next, true);			\
	     lab_at = (after))

#endif
