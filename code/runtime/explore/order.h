/* SPDX-License-Identifier: GPL-2.0-only */
/* What order.c has collected, for order_tell.c, which says what is wrong with it. */
#ifndef LAB_EXPLORE_ORDER_H
#define LAB_EXPLORE_ORDER_H

#include "engine.h"

#define MAX_CLASSES	512		/* less than half of SLOTS */
#define MAX_EDGES	8192

/* What may interrupt: hard handlers, and softirqs, as RCU callbacks are. */
enum { HANDLER, SOFTIRQ, NCONTEXTS };

/* That something was seen, and where: in this execution, if its stamp says so. */
struct sight {
	uintptr_t pc;			/* 0: never yet */
	uint32_t stamp;
	int event;
	uint8_t proc;
	char kind;			/* of that process */
};

enum { IN, IN_READ, ON, ON_READ, NUSES };	/* taken there; where it may arrive */

struct class {
	uintptr_t key;
	const char *name;
	unsigned int subclass;
	struct sight use[NCONTEXTS][NUSES];
	uint16_t first;			/* edge from here, 0: none */
};

/* Of the second class some lock was taken while one of the first was held. */
struct edge {
	uint16_t from, to;
	uint16_t next;			/* of the same first class */
	struct sight seen;
};

enum view { HERE, EVER };		/* this execution's part, or all */

struct order {
	struct class classes[MAX_CLASSES];
	struct edge edges[MAX_EDGES];	/* from 1 */
	int nclasses, nedges;
	bool wrong;			/* something in all this is */
	bool told;			/* in this execution */
};

extern struct order x_order;

bool x_order_in_view(const struct sight *s, enum view view);
int x_order_path(int from, int to, enum view view, const struct edge **path);
const struct sight *x_order_either(const struct class *c, int context, int plain,
				   enum view view);
void x_order_check(enum view view);

#endif
