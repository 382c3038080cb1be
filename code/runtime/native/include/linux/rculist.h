/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands for <linux/rculist.h>. Plain C with marked accesses, so that every
 * detector sees them.
 */
#ifndef LAB_NATIVE_RCULIST_H
#define LAB_NATIVE_RCULIST_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#define hlist_first_rcu(head)	((head)->first)

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
static inline void hlist_del_rcu(struct hlist_node *n)
{
	__hlist_del(n);
	WRITE_ONCE(n->pprev, LIST_POISON2);
}

static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	__hlist_del(n);
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
	WRITE_ONCE(old->pprev, LIST_POISON2);
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

#define hlist_for_each_entry_rcu(pos, head, member, ...)		\
	for (struct hlist_node *lab_at = READ_ONCE((head)->first);	\
	     lab_at && ((pos) = hlist_entry(lab_at, __typeof__(*(pos)),	\
					    member));			\
	     lab_at = READ_ONCE(lab_at->next))

/* Lists with two links. Walkers follow next only. */
static inline void list_add_tail_rcu(struct list_head *n,
				     struct list_head *head)
{
	struct list_head *prev = head->prev;

	__list_add_valid(n, prev, head);
	n->next = head;
	n->prev = prev;
	smp_store_release(&prev->next, n);
	head->prev = n;
}

static inline void list_add_rcu(struct list_head *n, struct list_head *head)
{
	struct list_head *next = head->next;

	__list_add_valid(n, head, next);
	n->next = next;
	n->prev = head;
	smp_store_release(&head->next, n);
	next->prev = n;
}

/* Whoever stands on @n can still go on: its next stays. */
static inline void list_del_rcu(struct list_head *n)
{
	__list_del_entry_valid(n);
	n->next->prev = n->prev;
	WRITE_ONCE(n->prev->next, n->next);
	n->prev = LIST_POISON2;
}

#define list_for_each_entry_rcu(pos, head, member, ...)			\
	for ((pos) = container_of(READ_ONCE((head)->next),		\
				  __typeof__(*(pos)), member);		\
	     &(pos)->member != (head);					\
	     (pos) = container_of(READ_ONCE((pos)->member.next),	\
				  __typeof__(*(pos)), member))

#define list_entry_rcu(ptr, type, member) \
	container_of(READ_ONCE(ptr), type, member)
#define list_first_or_null_rcu(head, type, member) ({			\
	struct list_head *lab_head = (head);				\
	struct list_head *lab_next = READ_ONCE(lab_head->next);		\
									\
	lab_next != lab_head ? container_of(lab_next, type, member) : NULL; \
})

#endif
