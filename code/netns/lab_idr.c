// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of ids. lab_idr.h says what for and under which lock.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "lab.h"
#include "lab_idr.h"

/* The lowest bit at or above @from, or LAB_IDR_FAN. */
static unsigned int lab_idr_bit(unsigned long bits, unsigned int from)
{
	if (from >= LAB_IDR_FAN)
		return LAB_IDR_FAN;
	bits &= GENMASK(LAB_IDR_FAN - 1, from);
	return bits ? __ffs(bits) : LAB_IDR_FAN;
}

/* Which node the next new entry goes to; LAB_IDR_FAN when all are full. */
static unsigned int lab_idr_room(const struct lab_idr *idr)
{
	struct lab_idr_node *node;
	unsigned int n;

	for (n = 0; n < LAB_IDR_FAN; n++) {
		node = rcu_dereference_raw(idr->node[n]);
		if (!node || lab_idr_bit(~node->used, 0) < LAB_IDR_FAN)
			break;
	}
	return n;
}

/**
 * lab_idr_alloc() - give something an id
 * @idr: the table
 * @entry: what the id will lead to; not NULL
 * @id: which one is wished for, or less than 0 for the lowest that is free
 *
 * Mirrors idr_alloc() as alloc_netid() calls it, with GFP_ATOMIC.
 *
 * Context: Any. The caller holds the table's lock.
 * Return: the id, -ENOSPC when there is none left or the one that was wished
 * for is in use, -ENOMEM when there is no memory.
 */
int lab_idr_alloc(struct lab_idr *idr, void *entry, int id)
{
	unsigned int n = id < 0 ? lab_idr_room(idr) : id / LAB_IDR_FAN;
	struct lab_idr_node *node;
	unsigned int bit;

	if (n >= LAB_IDR_FAN)
		return -ENOSPC;
	node = rcu_dereference_raw(idr->node[n]);
	bit = id < 0 ? lab_idr_bit(node ? ~node->used : ~0UL, 0)
		     : id % LAB_IDR_FAN;
	if (node && node->used & BIT(bit))
		return -ENOSPC;
	if (!node) {
		node = lab_alloc_atomic(sizeof(*node));
		if (!node)
			return -ENOMEM;
		rcu_assign_pointer(idr->node[n], node);
		WRITE_ONCE(idr->used, idr->used | BIT(n));
	}
	/* Pairs with the readers' rcu_dereference_raw(). */
	rcu_assign_pointer(node->slot[bit], entry);
	WRITE_ONCE(node->used, node->used | BIT(bit));
	return n * LAB_IDR_FAN + bit;
}

/**
 * lab_idr_find() - what an id leads to
 * @idr: the table
 * @id: any number
 *
 * Mirrors idr_find().
 *
 * Context: Any. The caller is under rcu_read_lock() or holds the table's
 * lock. It does not keep alive what it finds.
 * Return: the entry, or NULL.
 */
void *lab_idr_find(const struct lab_idr *idr, int id)
{
	struct lab_idr_node *node;

	if (id < 0 || id / LAB_IDR_FAN >= LAB_IDR_FAN)
		return NULL;
	node = rcu_dereference_raw(idr->node[id / LAB_IDR_FAN]);
	if (!node)
		return NULL;
	return rcu_dereference_raw(node->slot[id % LAB_IDR_FAN]);
}

static void lab_idr_free_node(struct rcu_head *rcu)
{
	lab_free(container_of(rcu, struct lab_idr_node, rcu));
}

/**
 * lab_idr_remove() - take an id out of use
 * @idr: the table
 * @id: any number
 *
 * Frees the node, after a grace period, with its last entry. Mirrors
 * idr_remove().
 *
 * Context: Any. The caller holds the table's lock.
 * Return: what the id led to, or NULL.
 */
void *lab_idr_remove(struct lab_idr *idr, int id)
{
	void *entry = lab_idr_find(idr, id);
	struct lab_idr_node *node;
	unsigned int n;

	if (!entry)
		return NULL;
	n = id / LAB_IDR_FAN;
	node = rcu_dereference_raw(idr->node[n]);
	RCU_INIT_POINTER(node->slot[id % LAB_IDR_FAN], NULL);
	WRITE_ONCE(node->used, node->used & ~BIT(id % LAB_IDR_FAN));
	if (!node->used) {
		RCU_INIT_POINTER(idr->node[n], NULL);
		WRITE_ONCE(idr->used, idr->used & ~BIT(n));
		call_rcu(&node->rcu, lab_idr_free_node);
	}
	return entry;
}

/**
 * lab_idr_next() - go to the next entry
 * @idr: the table
 * @cursor: a place in it; nothing has been removed since
 *
 * Context: Any. The caller is under rcu_read_lock() or holds the table's
 * lock, and has since @cursor began.
 * Return: the entry, or NULL after the last.
 */
void *lab_idr_next(const struct lab_idr *idr, struct lab_idr_cursor *cursor)
{
	unsigned int at = cursor->id + 1;
	unsigned int n = at / LAB_IDR_FAN, bit = at % LAB_IDR_FAN;
	void *entry;

	if (!bit)
		cursor->node = NULL;
	while (n < LAB_IDR_FAN) {
		if (cursor->node)
			bit = lab_idr_bit(READ_ONCE(cursor->node->used), bit);
		if (!cursor->node || bit == LAB_IDR_FAN) {
			n = lab_idr_bit(READ_ONCE(idr->used),
					n + !!cursor->node);
			if (n == LAB_IDR_FAN)
				break;
			cursor->node = rcu_dereference_raw(idr->node[n]);
			if (!cursor->node)
				n++;
			bit = 0;
			continue;
		}
		entry = rcu_dereference_raw(cursor->node->slot[bit]);
		if (entry) {
			cursor->id = n * LAB_IDR_FAN + bit;
			return entry;
		}
		bit++;
	}
	return NULL;
}

/**
 * lab_idr_get_next() - the first entry from some id on
 * @idr: the table
 * @id: where to begin; where it was found
 *
 * Begins at the table's root each time, so that between two calls anything
 * may be removed and the lock may be let go. Mirrors idr_get_next().
 *
 * Context: Any. The caller is under rcu_read_lock() or holds the table's
 * lock.
 * Return: the entry, or NULL when there is none from @id on.
 */
void *lab_idr_get_next(const struct lab_idr *idr, int *id)
{
	struct lab_idr_cursor cursor = { NULL, *id - 1 };
	void *entry;

	if (*id / LAB_IDR_FAN >= LAB_IDR_FAN)
		return NULL;
	cursor.node = rcu_dereference_raw(idr->node[*id / LAB_IDR_FAN]);
	if (!cursor.node)	/* on with the node after it */
		cursor.id |= LAB_IDR_FAN - 1;
	entry = lab_idr_next(idr, &cursor);
	*id = cursor.id;
	return entry;
}

/**
 * lab_idr_destroy() - empty a table
 * @idr: nothing will be added to it any more
 *
 * The nodes are freed after a grace period. Mirrors idr_destroy().
 *
 * Context: Any. The caller holds the table's lock, or is alone.
 */
void lab_idr_destroy(struct lab_idr *idr)
{
	struct lab_idr_node *node;
	unsigned int n;

	while ((n = lab_idr_bit(idr->used, 0)) < LAB_IDR_FAN) {
		node = rcu_dereference_raw(idr->node[n]);
		RCU_INIT_POINTER(idr->node[n], NULL);
		WRITE_ONCE(idr->used, idr->used & ~BIT(n));
		call_rcu(&node->rcu, lab_idr_free_node);
	}
}
