/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands for <linux/list.h>: the native one, with what changes a list as the
 * kernel has it under CONFIG_DEBUG_LIST. The link that others may follow
 * without a lock is a marked store.
 */
#ifndef LAB_EXPLORE_LIST_H
#define LAB_EXPLORE_LIST_H

#include <urcu/list.h>

#include "explore.h"
#include <linux/compiler.h>

#define __list_del_entry_valid(node)	lab_x_list_del(node)
#define __list_add_valid(node, prev, next) lab_x_list_add(node, prev, next)

static inline void INIT_LIST_HEAD(struct cds_list_head *head)
{
	WRITE_ONCE(head->next, head);
	WRITE_ONCE(head->prev, head);
}

static inline void __list_add(struct cds_list_head *node,
			      struct cds_list_head *prev,
			      struct cds_list_head *next)
{
	__list_add_valid(node, prev, next);
	next->prev = node;
	node->next = next;
	node->prev = prev;
	WRITE_ONCE(prev->next, node);
}

static inline void lab_list_add(struct cds_list_head *node,
				struct cds_list_head *head)
{
	__list_add(node, head, head->next);
}

static inline void lab_list_add_tail(struct cds_list_head *node,
				     struct cds_list_head *head)
{
	__list_add(node, head->prev, head);
}

static inline void __list_del_entry(struct cds_list_head *node)
{
	struct cds_list_head *prev, *next;

	__list_del_entry_valid(node);
	prev = node->prev;
	next = node->next;
	next->prev = prev;
	WRITE_ONCE(prev->next, next);
}

#define list_add(node, head)		lab_list_add(node, head)
#define list_add_tail(node, head)	lab_list_add_tail(node, head)
#define list_empty(head)		(READ_ONCE((head)->next) == (head))

#include_next <linux/list.h>

#endif
