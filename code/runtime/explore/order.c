// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which locks nest, as lockdep sees it: a cycle is a deadlock
 * that some schedule may have, whether or not this one did.
 *
 * A class is a place of initialisation (and a subclass); all locks that were
 * initialised there are one class. A lock that was never initialised at run time
 * (DEFINE_SPINLOCK()) is a class of its own.
 *
 * What nests in what is collected over the whole search, as lockdep does from
 * boot on: two halves of a cycle that no single execution has are told as well.
 * An execution that has all of a cycle tells it where it closes it. One that has
 * a part of it tells it at its end, so that the whole is shown where there is
 * one; the other part's places come with it.
 */
#include <stdlib.h>
#include <string.h>

#include "order.h"

#define SLOTS		2048

/* All large tables are static: what an execution uses of a stack is wiped. */
struct order x_order;
static uint16_t slots[SLOTS];		/* class + 1 */

void x_order_reset(void)
{
	x_order.told = false;
}

static int class_by(uintptr_t key, const char *name, unsigned int subclass)
{
	unsigned int slot = (key / 8 + subclass * 31) % SLOTS;
	int id;

	for (; slots[slot]; slot = (slot + 1) % SLOTS) {
		id = slots[slot] - 1;
		if (x_order.classes[id].key == key && x_order.classes[id].subclass == subclass)
			return id;
	}
	if (x_order.nclasses == MAX_CLASSES) {
		x_fail(LAB_X_LIMIT, 0, 0,
		       "more than %d kinds of locks: the explorer can't keep their order apart",
		       MAX_CLASSES);
		return -1;
	}
	x_order.classes[x_order.nclasses].key = key;
	x_order.classes[x_order.nclasses].name = name;
	x_order.classes[x_order.nclasses].subclass = subclass;
	slots[slot] = ++x_order.nclasses;
	return x_order.nclasses - 1;
}

static int class_of(const struct lab_x_lock *l, unsigned int subclass)
{
	return class_by(l->own ? (uintptr_t)l : (uintptr_t)l->name, l->name,
			subclass);
}

bool x_order_in_view(const struct sight *s, enum view view)
{
	return s->pc && (view == EVER || s->stamp == X.stamp);
}

const struct sight *x_order_either(const struct class *c, int context, int plain,
				  enum view view)
{
	const struct sight *u = c->use[context];

	return x_order_in_view(&u[plain], view) ? &u[plain] :
	       x_order_in_view(&u[plain + 1], view) ? &u[plain + 1] : NULL;
}

static struct edge *edge_between(int from, int to)
{
	int e;

	for (e = x_order.classes[from].first; e; e = x_order.edges[e].next)
		if (x_order.edges[e].to == to)
			return &x_order.edges[e];
	return NULL;
}

/*
 * The edges by which @to is taken while @from is held, however indirectly: how
 * many, the first of them in @path; 0: it is not.
 */
int x_order_path(int from, int to, enum view view, const struct edge **path)
{
	static uint16_t queue[MAX_CLASSES], by[MAX_CLASSES];
	static bool seen[MAX_CLASSES];
	int head = 0, tail = 0, e, n = 0, at;

	memset(seen, 0, x_order.nclasses);
	queue[tail++] = from;
	while (head < tail) {
		for (e = x_order.classes[queue[head++]].first; e; e = x_order.edges[e].next) {
			if (!x_order_in_view(&x_order.edges[e].seen, view) || seen[x_order.edges[e].to])
				continue;
			seen[x_order.edges[e].to] = true;
			by[x_order.edges[e].to] = e;
			queue[tail++] = x_order.edges[e].to;
		}
	}
	if (!seen[to])
		return 0;
	for (at = to; !n || at != from; at = x_order.edges[by[at]].from)
		path[MAX_CLASSES - ++n] = &x_order.edges[by[at]];
	memmove(path, path + MAX_CLASSES - n, n * sizeof(*path));
	return n;
}

/* Whether interrupts and all that was ever seen go together: asked on news. */
static bool interrupts_wrong(void)
{
	static const struct edge *path[MAX_CLASSES + 1];
	const struct class *c;
	int a, b, x;

	for (x = 0; x < NCONTEXTS; x++) {
		for (a = 0; a < x_order.nclasses; a++) {
			c = &x_order.classes[a];
			if (!x_order_either(c, x, IN, EVER))
				continue;
			if (x_order_either(c, x, ON, EVER) &&
			    (c->use[x][IN].pc || c->use[x][ON].pc))
				return true;
			for (b = 0; b < x_order.nclasses; b++)
				if (x_order_either(&x_order.classes[b], x, ON, EVER) &&
				    x_order_path(a, b, EVER, path))
					return true;
		}
	}
	return false;
}

/* Returns whether it is news to this execution. */
static bool note(struct sight *s, uintptr_t pc, bool *news)
{
	if (s->pc && s->stamp == X.stamp)
		return false;
	*news |= !s->pc;
	*s = (struct sight){ pc, X.stamp, X.nevents - 1, X.cur, x_me()->kind };
	return true;
}

static struct edge *add_edge(int from, int to)
{
	struct edge *e;

	if (!x_order.nedges)
		x_order.nedges = 1;
	e = &x_order.edges[x_order.nedges];
	if (x_order.nedges == MAX_EDGES)
		return NULL;
	e->from = from;
	e->to = to;
	e->next = x_order.classes[from].first;
	x_order.classes[from].first = x_order.nedges++;
	return e;
}

static bool note_edge(int from, int to, uintptr_t pc, bool *news)
{
	static const struct edge *path[MAX_CLASSES + 1];
	struct edge *e = edge_between(from, to);
	bool fresh, first = !e;

	if (!e)
		e = add_edge(from, to);
	if (!e) {
		x_fail(LAB_X_LIMIT, pc, 0,
		       "more than %d pairs of locks nest: the explorer can't keep their order apart",
		       MAX_EDGES - 1);
		return false;
	}
	fresh = note(&e->seen, pc, news);
	if (first)
		x_order.wrong |= x_order_path(to, from, EVER, path) > 0;
	return fresh;
}

static bool note_uses(struct class *c, bool read, bool trylock, uintptr_t pc,
		      bool *news)
{
	const struct x_proc *me = x_me();
	bool irq = me->kind == 'i' && !me->soft, fresh = false;
	bool softirq = me->kind == 'c' || (me->kind == 'i' && me->soft);

	/* Who only tries waits for nobody. */
	if (irq && !trylock)
		fresh |= note(&c->use[HANDLER][IN + read], pc, news);
	if (softirq && !trylock)
		fresh |= note(&c->use[SOFTIRQ][IN + read], pc, news);
	if (!irq && !me->irq_off)
		fresh |= note(&c->use[HANDLER][ON + read], pc, news);
	if (!irq && !softirq && !me->irq_off && !me->bh_off)
		fresh |= note(&c->use[SOFTIRQ][ON + read], pc, news);
	return fresh;
}

/* What is wrong in one process alone, whatever others do. */
static void check_own(struct lab_x_lock *lock, bool same_class, bool read,
		      const struct x_held *held, uintptr_t pc)
{
	const struct x_proc *me = x_me();

	if (same_class && held->lock != lock && !(read && held->read)) {
		x_fail(LAB_X_ORDER, pc, (uintptr_t)lock,
		       "%s takes a second %s while it holds one: nothing says which comes first",
		       me->name, lock->name);
		x_fail_other(X.cur, -1, held->pc);
	}
	/* As lockdep has it: only readers in interrupts push in. */
	if (read && held->read && held->lock == lock && me->kind != 'i' &&
	    me->kind != 'c') {
		x_fail(LAB_X_ORDER, pc, (uintptr_t)lock,
		       "%s takes %s for reading a second time: a writer that came in between waits for it, and it for the writer",
		       me->name, lock->name);
		x_fail_other(X.cur, -1, held->pc);
	}
}

void x_order_lock(struct lab_x_lock *lock, unsigned int subclass, bool read,
		  bool trylock, uintptr_t pc)
{
	struct x_proc *me = x_me();
	bool news = false, fresh = false;
	int id, held, i;

	/* Nobody is about yet, or any more. */
	if (X.sequential)
		return;
	id = class_of(lock, subclass);
	for (i = 0; i < me->nheld && !trylock; i++) {
		held = class_of(me->held[i].lock, me->held[i].subclass);
		check_own(lock, held == id, read, &me->held[i], pc);
		if (held != id)
			fresh |= note_edge(held, id, pc, &news);
	}
	fresh |= note_uses(&x_order.classes[id], read, trylock, pc, &news);
	if (news && !x_order.wrong)
		x_order.wrong = interrupts_wrong();
	/* A replay is told at once what the search knew in the end. */
	if (x_order.wrong && fresh && !x_order.told)
		x_order_check(X.partly ? EVER : HERE);
}

/* The execution is over: was it a part of something that is wrong? */
void x_order_end(void)
{
	if (x_order.wrong && !x_order.told && !X.replay)
		x_order_check(EVER);
}

/* A fact in ten numbers: what, two classes or one and its use, the sight. */
static void put_fact(FILE *out, bool edge, const struct class *a,
		     const struct class *b, int context, int use,
		     const struct sight *s)
{
	static bool more;

	fprintf(out, "%s%d,%lu,%lu,%u,", more ? "," : "", edge,
		(unsigned long)a->key, (unsigned long)a->name, a->subclass);
	if (edge)
		fprintf(out, "%lu,%lu,%u,", (unsigned long)b->key,
			(unsigned long)b->name, b->subclass);
	else
		fprintf(out, "%d,%d,0,", context, use);
	fprintf(out, "%lu,%d,%d", (unsigned long)s->pc, s->proc, s->kind);
	more = true;
}

/**
 * x_order_put() - all that was seen, for a replay of a part of it
 * @out: the result
 */
void x_order_put(FILE *out)
{
	const struct class *c;
	int e, x, u;

	for (e = 1; e < x_order.nedges; e++)
		put_fact(out, true, &x_order.classes[x_order.edges[e].from],
			 &x_order.classes[x_order.edges[e].to], 0, 0, &x_order.edges[e].seen);
	for (c = x_order.classes; c < x_order.classes + x_order.nclasses; c++)
		for (x = 0; x < NCONTEXTS; x++)
			for (u = 0; u < NUSES; u++)
				if (c->use[x][u].pc)
					put_fact(out, false, c, NULL, x, u,
						 &c->use[x][u]);
}

/**
 * x_order_get() - what another run of the same program has seen
 * @list: as x_order_put() wrote it
 */
void x_order_get(char *list)
{
	static const struct edge *path[MAX_CLASSES + 1];
	unsigned long n[10];
	struct edge *e;
	struct sight *s;
	int i = 0, from, to = 0;
	char *p;

	X.partly = true;
	for (p = strtok(list, ","); p; p = strtok(NULL, ",")) {
		n[i++] = strtoul(p, NULL, 10);
		if (i < 10)
			continue;
		i = 0;
		from = class_by(n[1], (const char *)n[2], n[3]);
		if (n[0]) {
			to = class_by(n[4], (const char *)n[5], n[6]);
			e = add_edge(from, to);
			if (!e)
				continue;
			s = &e->seen;
		} else {
			s = &x_order.classes[from].use[n[4] % NCONTEXTS][n[5] % NUSES];
		}
		*s = (struct sight){ n[7], 0, -1, n[8], n[9] };
		x_order.wrong |= n[0] && x_order_path(to, from, EVER, path);
	}
	x_order.wrong |= interrupts_wrong();
}
