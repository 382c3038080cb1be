/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands for <linux/rculist.h>, and for the hlist part of <linux/list.h>:
 * liburcu's hlist can't tell whether a node is on a list.
 *
 * Plain C with marked accesses, so that every detector sees them.
 */
#ifndef LAB_NATIVE_RCULIST_H
#define LAB_NATIVE_RCULIST_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define INIT_HLIST_HEAD(h)	((void)((h)->first = NULL))
#define hlist_entry(ptr, type, member)	container_of(ptr, type, member)
#define hlist_first_rcu(head)	((head)->first)

static inline bool hlist_empty(const struct hlist_head *h)
{
	return !READ_ONCE(h->first);
}

static inline bool hlist_unhashed(const struct hlist_node *n)
{
	return !n->pprev;
}

static inline void hlist_add_head_rcu(struct hlist_node *n,
				      struct hlist_head *h)
{
	struct hlist_node *first = h->first;

	n->next = first;
	WRITE_ONCE(n->pprev, &h->first);
	smp_store_release(&h->first, n);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
}

/* Whoever stands on @n can still go on: its next stays. */
static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	WRITE_ONCE(*n->pprev, n->next);
	if (n->next)
		WRITE_ONCE(n->next->pprev, n->pprev);
	WRITE_ONCE(n->pprev, NULL);
}

static inline void hlist_replace_rcu(struct hlist_node *old,
				     struct hlist_node *new)
{
	new->next = old->next;
	WRITE_ONCE(new->pprev, old->pprev);
	smp_store_release(new->pprev, new);
	if (new->next)
		WRITE_ONCE(new->next->pprev, &new->next);
	WRITE_ONCE(old->pprev, NULL);
}

/* Not while others look: no release, nothing marked. */
static inline void hlist_move_list(struct hlist_head *from,
				   struct hlist_head *to)
{
	to->first = from->first;
	if (to->first)
		to->first->pprev = &to->first;
	from->first = NULL;
}

/* Neither list may be empty. */
static inline void hlists_swap_heads_rcu(struct hlist_head *left,
					 struct hlist_head *right)
{
	struct hlist_node *from_left = left->first;
	struct hlist_node *from_right = right->first;

	smp_store_release(&left->first, from_right);
	smp_store_release(&right->first, from_left);
	WRITE_ONCE(from_right->pprev, &left->first);
	WRITE_ONCE(from_left->pprev, &right->first);
}

#define hlist_for_each_entry(pos, head, member)				\
	for (struct hlist_node *lab_at = (head)->first;			\
	     lab_at && ((pos) = hlist_entry(lab_at, __typeof__(*(pos)),	\
					    member));			\
	     lab_at = lab_at->next)

/* Lists with two links. Walkers follow next only. */
static inline void list_add_tail_rcu(struct list_head *n,
				     struct list_head *head)
{
	struct list_head *prev = head->prev;

	n->next = head;
	n->prev = prev;
	smp_store_release(&prev->next, n);
	head->prev = n;
}

/* Whoever stands on @n can still go on: its next stays. */
static inline void list_del_rcu(struct list_head *n)
{
	n->next->prev = n->prev;
	WRITE_ONCE(n->prev->next, n->next);
}

#define list_for_each_entry_rcu(pos, head, member)			\
	for ((pos) = container_of(READ_ONCE((head)->next),		\
				  __typeof__(*(pos)), member);		\
	     &(pos)->member != (head);					\
	     (pos) = container_of(READ_ONCE((pos)->member.next),	\
				  __typeof__(*(pos)), member))

#endif
