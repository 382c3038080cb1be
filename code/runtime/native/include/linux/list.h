/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/list.h>, over liburcu's lists. */
#ifndef LAB_NATIVE_LIST_H
#define LAB_NATIVE_LIST_H

#include <urcu/list.h>

#define list_head			cds_list_head
#define LIST_HEAD(name)			CDS_LIST_HEAD(name)
#define INIT_LIST_HEAD(head)		CDS_INIT_LIST_HEAD(head)
#define list_add(node, head)		cds_list_add(node, head)
#define list_add_tail(node, head)	cds_list_add_tail(node, head)
#define list_del(node)			cds_list_del(node)
#define list_move(node, head)		cds_list_move(node, head)
#define list_empty(head)		cds_list_empty(head)
#define list_first_entry(head, type, member) \
	cds_list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) \
	cds_list_entry((head)->prev, type, member)
#define list_for_each_entry(pos, head, member) \
	cds_list_for_each_entry(pos, head, member)
#define list_for_each_entry_safe(pos, next, head, member) \
	cds_list_for_each_entry_safe(pos, next, head, member)

#endif
