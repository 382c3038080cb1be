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

/* What may interrupt: handlers, and RCU callbacks, which are softirqs. */
enum { HANDLER, CALLBACK, NCONTEXTS };
static const char *const contexts[] = { "an interrupt handler", "an RCU callback" };

struct use {
	bool in, in_read;		/* taken there, to wait for it */
	bool on, on_read;		/* taken while one may arrive */
	uintptr_t on_pc;
};

struct class {
	const char *name;
	unsigned int subclass;
	uint32_t before;		/* classes taken while this is held */
	uintptr_t pc[MAX_CLASSES];	/* where each of them was taken */
	uint8_t by[MAX_CLASSES];
	struct use use[NCONTEXTS];
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

/* A lock that is taken there must never wait for one whose holder can be
 * interrupted. */
static void check_interrupts(int id, int context, uintptr_t pc)
{
	const struct use *u = &classes[id].use[context];
	int a, b, c;

	if ((u->in && (u->on || u->on_read)) || (u->in_read && u->on)) {
		x_fail(LAB_X_ORDER, pc, 0,
		       "%s is taken in %s, and elsewhere with %s on: the %s can wait for whom it interrupted",
		       classes[id].name, contexts[context],
		       context == HANDLER ? "interrupts" : "bottom halves",
		       context == HANDLER ? "handler" : "callback");
		x_fail_other(0, -1, u->on_pc);
	}
	for (a = 0; a < nclasses; a++) {
		u = &classes[a].use[context];
		if (!u->in && !u->in_read)
			continue;
		for (b = 0; b < nclasses; b++) {
			if (!(reachable(a) >> b & 1) ||
			    !classes[b].use[context].on)
				continue;
			/* The last hold on the way. */
			for (c = 0; !(classes[c].before >> b & 1) ||
				    !(c == a || reachable(a) >> c & 1); c++)
				;
			x_fail(LAB_X_ORDER, classes[c].pc[b], 0,
			       "%s, which is taken in %s, is held while %s%s%s is taken, whose holder can be interrupted: each can wait for the other",
			       classes[a].name, contexts[context],
			       c == a ? "" : classes[c].name,
			       c == a ? "" : " is taken, and that while ",
			       classes[b].name);
			x_fail_other(0, -1, classes[b].use[context].on_pc);
			return;
		}
	}
}

static void note_context(struct use *u, bool in, bool on, bool read,
			 bool trylock, uintptr_t pc)
{
	/* Who only tries waits for nobody. */
	if (in && !trylock)
		*(read ? &u->in_read : &u->in) = true;
	if (!on)
		return;
	*(read ? &u->on_read : &u->on) = true;
	u->on_pc = pc;
}

void x_order_lock(struct lab_x_lock *lock, unsigned int subclass, bool read,
		  bool trylock, uintptr_t pc)
{
	struct x_proc *me = x_me();
	bool irq = me->kind == 'i', callback = me->kind == 'c';
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
		    !irq && !callback) {
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
	note_context(&c->use[HANDLER], irq, !irq && !me->irqs_off, read,
		     trylock, pc);
	note_context(&c->use[CALLBACK], callback,
		     !irq && !callback && !me->irqs_off, read, trylock, pc);
	check_interrupts(id, HANDLER, pc);
	check_interrupts(id, CALLBACK, pc);
}
