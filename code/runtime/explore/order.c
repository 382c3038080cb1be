// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which locks nest, as lockdep sees it: a cycle is a deadlock
 * that some schedule has, whether or not this one did.
 *
 * A class is a place of initialisation (and a subclass); all locks that were
 * initialised there are one class. The graph is one execution's, so that the
 * report replays.
 */
#include <string.h>

#include "engine.h"

#define MAX_CLASSES	32

struct class {
	const char *name;
	unsigned int subclass;
	uint32_t before;		/* classes taken while this is held */
	uintptr_t pc[MAX_CLASSES];	/* where each of them was taken */
	uint8_t by[MAX_CLASSES];
	bool in_irq, in_irq_read;	/* taken in an interrupt handler */
	bool irqs_on, irqs_on_read;	/* taken while one may arrive */
	uintptr_t irqs_on_pc;
};

static struct class classes[MAX_CLASSES];
static int nclasses;

void x_order_reset(void)
{
	nclasses = 0;
}

static int class_of(const struct lab_x_lock *l, unsigned int subclass)
{
	int i;

	for (i = 0; i < nclasses; i++)
		if (classes[i].name == l->name &&
		    classes[i].subclass == subclass)
			return i;
	if (nclasses == MAX_CLASSES)
		return MAX_CLASSES - 1;
	memset(&classes[i], 0, sizeof(classes[i]));
	classes[i].name = l->name;
	classes[i].subclass = subclass;
	return nclasses++;
}

/* All classes that are taken, however indirectly, while @from is held. */
static uint32_t reachable(int from)
{
	uint32_t seen = 0, todo = classes[from].before;
	int c;

	while (todo & ~seen) {
		c = __builtin_ctz(todo & ~seen);
		seen |= 1u << c;
		todo |= classes[c].before;
	}
	return seen;
}

static void check_cycle(int held, int taken, uintptr_t pc)
{
	uint32_t left = reachable(taken);
	struct class *c;
	int via;

	if (!(left >> held & 1))
		return;
	for (via = 0; via < nclasses - 1; via++)
		if (classes[via].before >> held & 1 &&
		    (via == taken || left >> via & 1))
			break;
	c = &classes[via];
	x_fail(LAB_X_ORDER, pc, 0,
	       "%s takes %s while it holds %s; elsewhere %s is taken while %s is held: a deadlock when both happen at once",
	       x_me()->name, classes[taken].name, classes[held].name,
	       classes[held].name, c->name);
	x_fail_other(c->by[held], -1, c->pc[held]);
}

/* A lock that interrupt handlers take must never wait for one that they can
 * interrupt. */
static void check_interrupts(int id, uintptr_t pc)
{
	struct class *c = &classes[id];
	int a, b;

	if ((c->in_irq && (c->irqs_on || c->irqs_on_read)) ||
	    (c->in_irq_read && c->irqs_on)) {
		x_fail(LAB_X_ORDER, pc, 0,
		       "%s is taken in an interrupt handler, and elsewhere with interrupts on: the handler can wait for whom it interrupted",
		       c->name);
		x_fail_other(0, -1, c->irqs_on_pc);
	}
	for (a = 0; a < nclasses; a++) {
		if (!classes[a].in_irq && !classes[a].in_irq_read)
			continue;
		for (b = 0; b < nclasses; b++) {
			if (!(classes[a].before >> b & 1) ||
			    !classes[b].irqs_on)
				continue;
			x_fail(LAB_X_ORDER, classes[a].pc[b], 0,
			       "%s, which interrupt handlers take, is held while %s is taken, whose holder can be interrupted: each can wait for the other",
			       classes[a].name, classes[b].name);
			x_fail_other(0, -1, classes[b].irqs_on_pc);
			return;
		}
	}
}

void x_order_lock(struct lab_x_lock *lock, unsigned int subclass, bool read,
		  bool trylock, uintptr_t pc)
{
	struct x_proc *me = x_me();
	bool irq = me->kind == 'i', on = !irq && !me->irqs_off;
	struct class *c;
	int id, held, i;

	/* Nobody is about yet, or any more. */
	if (X.sequential)
		return;
	id = class_of(lock, subclass);
	c = &classes[id];
	for (i = 0; i < me->nheld && !trylock; i++) {
		held = class_of(me->held[i].lock, me->held[i].subclass);
		if (held == id && me->held[i].lock != lock &&
		    !(read && me->held[i].read)) {
			x_fail(LAB_X_ORDER, pc, (uintptr_t)lock,
			       "%s takes a second %s while it holds one: nothing says which comes first",
			       me->name, lock->name);
			x_fail_other(X.cur, -1, me->held[i].pc);
		}
		/* As lockdep has it: only readers in interrupts push in. */
		if (read && me->held[i].read && me->held[i].lock == lock &&
		    !irq && me->kind != 'c') {
			x_fail(LAB_X_ORDER, pc, (uintptr_t)lock,
			       "%s takes %s for reading a second time: a writer that came in between waits for it, and it for the writer",
			       me->name, lock->name);
			x_fail_other(X.cur, -1, me->held[i].pc);
		}
		if (held == id || classes[held].before >> id & 1)
			continue;
		classes[held].before |= 1u << id;
		classes[held].pc[id] = pc;
		classes[held].by[id] = X.cur;
		check_cycle(held, id, pc);
	}
	if (irq && read)
		c->in_irq_read = true;
	else if (irq)
		c->in_irq = true;
	if (on && !read)
		c->irqs_on = true;
	else if (on)
		c->irqs_on_read = true;
	if (on)
		c->irqs_on_pc = pc;
	check_interrupts(id, pc);
}
