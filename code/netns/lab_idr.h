/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of ids: small numbers that lead to pointers.
 *
 * Stands for the kernel's idr, which outside the kernel nobody has. Two
 * levels: the table has nodes, a node has slots, and a node lives as long as
 * one of its slots is in use. That last property is the idr's too, and it is
 * what an iteration has to beware of that removes what it meets.
 *
 * Readers are under rcu_read_lock() or hold the lock that the writers hold.
 * That lock is the table's owner's: nsid_lock, in this family.
 */
#ifndef LAB_IDR_H
#define LAB_IDR_H

#include <linux/rcupdate.h>
#include <linux/types.h>

/* A word has a bit for each; the explorer's runs are shorter with few. */
#ifdef LAB_EXPLORE
#define LAB_IDR_FAN	4u
#else
#define LAB_IDR_FAN	64u
#endif

/**
 * struct lab_idr_node - some of a table's slots
 * @used: a bit for each slot that is in use
 * @slot: what the ids lead to
 * @rcu: a node may be freed while a reader is in it
 */
struct lab_idr_node {
	unsigned long used;
	void __rcu *slot[LAB_IDR_FAN];
	struct rcu_head rcu;
};

/**
 * struct lab_idr - a table of ids
 * @used: a bit for each node that is there
 * @node: those nodes
 */
struct lab_idr {
	unsigned long used;
	struct lab_idr_node __rcu *node[LAB_IDR_FAN];
};

/**
 * struct lab_idr_cursor - a place in a table
 * @node: which the cursor is in
 * @id: of the entry
 *
 * It remembers a node: nothing may be removed while it is in use, unless the
 * node is sure to stay.
 */
struct lab_idr_cursor {
	struct lab_idr_node *node;
	int id;
};

int lab_idr_alloc(struct lab_idr *idr, void *entry, int id);
void *lab_idr_find(const struct lab_idr *idr, int id);
void *lab_idr_remove(struct lab_idr *idr, int id);
void *lab_idr_get_next(const struct lab_idr *idr, int *id);
void *lab_idr_next(const struct lab_idr *idr, struct lab_idr_cursor *cursor);
void lab_idr_destroy(struct lab_idr *idr);

/**
 * lab_idr_for_each_entry() - all entries, by ascending id
 * @idr: the table
 * @entry: each of them; NULL after the last
 * @cursor: where it is, from %LAB_IDR_CURSOR on
 *
 * Keeps its place from one entry to the next: nothing may be removed
 * meanwhile. lab_idr_get_next() is for who must remove.
 */
#define lab_idr_for_each_entry(idr, entry, cursor) \
	for (; ((entry) = lab_idr_next(idr, cursor));)

/* Before the first entry. */
#define LAB_IDR_CURSOR	{ NULL, -1 }

#endif /* LAB_IDR_H */
