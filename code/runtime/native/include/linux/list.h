/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands for <linux/list.h>, over liburcu's lists. An entry that is taken off
 * is poisoned, as in the kernel: whoever goes on from it faults.
 */
#ifndef LAB_NATIVE_LIST_H
#define LAB_NATIVE_LIST_H

#include <urcu/list.h>

#include <linux/hlist.h>
#include <linux/poison.h>

#define list_head			cds_list_head
#define LIST_HEAD(name)			CDS_LIST_HEAD(name)
#define LIST_HEAD_INIT(name)		CDS_LIST_HEAD_INIT(name)

/* The explorer has these of its own. */
#ifndef list_add
#define INIT_LIST_HEAD(head)		CDS_INIT_LIST_HEAD(head)
#define list_add(node, head)		cds_list_add(node, head)
#define list_add_tail(node, head)	cds_list_add_tail(node, head)
#define __list_del_entry(node)		cds_list_del(node)
#define __list_del_entry_valid(node)	((void)(node))
#define __list_add_valid(node, prev, next) ((void)(node))
#define list_empty(head)		cds_list_empty(head)
#endif

static inline void list_del(struct list_head *node)
{
	__list_del_entry(node);
	node->next = LIST_POISON1;
	node->prev = LIST_POISON2;
}

static inline void list_del_init(struct list_head *node)
{
	__list_del_entry(node);
	INIT_LIST_HEAD(node);
}

static inline void list_move(struct list_head *node, struct list_head *head)
{
	__list_del_entry(node);
	list_add(node, head);
}

static inline void list_move_tail(struct list_head *node,
				  struct list_head *head)
{
	__list_del_entry(node);
	list_add_tail(node, head);
}

/* All of @from to the front of @to; @from is empty then. */
static inline void list_splice_init(struct list_head *from,
				    struct list_head *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	to->next = from->next;
	INIT_LIST_HEAD(from);
}

#define list_entry(ptr, type, member)	cds_list_entry(ptr, type, member)
#define list_first_entry(head, type, member) \
	cds_list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) \
	cds_list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member) \
	cds_list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) \
	cds_list_entry((pos)->member.prev, __typeof__(*(pos)), member)
#define list_is_first(node, head)	((node)->prev == (head))
#define list_is_last(node, head)	((node)->next == (head))
#define list_is_singular(head) \
	(!list_empty(head) && (head)->next == (head)->prev)
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))
#define list_for_each_entry(pos, head, member) \
	cds_list_for_each_entry(pos, head, member)
#define list_for_each_entry_reverse(pos, head, member) \
	cds_list_for_each_entry_reverse(pos, head, member)
#define list_for_each_entry_safe(pos, next, head, member) \
	cds_list_for_each_entry_safe(pos, next, head, member)

#endif
