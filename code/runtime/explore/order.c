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

#include "engine.h"

#define MAX_CLASSES	512		/* less than half of SLOTS */
#define SLOTS		2048
#define MAX_EDGES	8192

/* What may interrupt: hard handlers, and softirqs, as RCU callbacks are. */
enum { HANDLER, SOFTIRQ, NCONTEXTS };
static const char *const contexts[] = { "an interrupt handler", "a softirq" };

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

/* All large tables are static: what an execution uses of a stack is wiped. */
static struct class classes[MAX_CLASSES];
static uint16_t slots[SLOTS];		/* class + 1 */
static struct edge edges[MAX_EDGES];
static int nclasses, nedges = 1;
static bool wrong;			/* something in all this is */
static bool told;			/* in this execution */

enum view { HERE, EVER };		/* this execution's part, or all */

void x_order_reset(void)
{
	told = false;
}

static int class_by(uintptr_t key, const char *name, unsigned int subclass)
{
	unsigned int slot = (key / 8 + subclass * 31) % SLOTS;
	int id;

	for (; slots[slot]; slot = (slot + 1) % SLOTS) {
		id = slots[slot] - 1;
		if (classes[id].key == key && classes[id].subclass == subclass)
			return id;
	}
	if (nclasses == MAX_CLASSES) {
		x_fail(LAB_X_LIMIT, 0, 0,
		       "more than %d kinds of locks: the explorer can't keep their order apart",
		       MAX_CLASSES);
		return -1;
	}
	classes[nclasses].key = key;
	classes[nclasses].name = name;
	classes[nclasses].subclass = subclass;
	slots[slot] = ++nclasses;
	return nclasses - 1;
}

static int class_of(const struct lab_x_lock *l, unsigned int subclass)
{
	return class_by(l->own ? (uintptr_t)l : (uintptr_t)l->name, l->name,
			subclass);
}

static bool in_view(const struct sight *s, enum view view)
{
	return s->pc && (view == EVER || s->stamp == X.stamp);
}

static struct edge *edge_between(int from, int to)
{
	int e;

	for (e = classes[from].first; e; e = edges[e].next)
		if (edges[e].to == to)
			return &edges[e];
	return NULL;
}

/*
 * The edges by which @to is taken while @from is held, however indirectly: how
 * many, the first of them in @path; 0: it is not.
 */
static int find_path(int from, int to, enum view view, const struct edge **path)
{
	static uint16_t queue[MAX_CLASSES], by[MAX_CLASSES];
	static bool seen[MAX_CLASSES];
	int head = 0, tail = 0, e, n = 0, at;

	memset(seen, 0, nclasses);
	queue[tail++] = from;
	while (head < tail) {
		for (e = classes[queue[head++]].first; e; e = edges[e].next) {
			if (!in_view(&edges[e].seen, view) || seen[edges[e].to])
				continue;
			seen[edges[e].to] = true;
			by[edges[e].to] = e;
			queue[tail++] = edges[e].to;
		}
	}
	if (!seen[to])
		return 0;
	for (at = to; !n || at != from; at = edges[by[at]].from)
		path[MAX_CLASSES - ++n] = &edges[by[at]];
	memmove(path, path + MAX_CLASSES - n, n * sizeof(*path));
	return n;
}

/* Who was it? In another execution the same number may be somebody else's. */
static const char *who(const struct sight *s)
{
	if (s->stamp == X.stamp)
		return X.proc[s->proc].name;
	if (s->proc && s->proc <= x_count_actors())
		return lab_scenario.actors[s->proc - 1].name;
	return s->kind == 'c' ? "a callback" : "a work";
}

static const char *context_of(int context, const struct sight *in)
{
	return in->kind == 'c' ? "an RCU callback" : contexts[context];
}

static const char *where(const struct sight *s)
{
	return s->stamp == X.stamp ? "" : ", in another schedule";
}

/*
 * A failure that two places make up. Where one of them is of another execution,
 * the failure is told of the one that is of this.
 */
static void tell(const struct sight *a, const struct sight *b, enum view view,
		 const char *text)
{
	bool later = b->event > a->event || a->stamp != X.stamp;
	const struct sight *mine = b->stamp == X.stamp && later ? b : a;
	const struct sight *other = mine == a ? b : a;
	int n = X.nfailures, cur = X.cur;

	if (mine->stamp != X.stamp)
		return;
	told = true;
	X.cur = mine->proc;
	x_fail(LAB_X_ORDER, mine->pc, 0, "%s", text);
	X.cur = cur;
	if (X.nfailures == n)
		return;
	if (view == EVER)
		X.failures[n].event = mine->event;
	X.failures[n].elsewhere = view == EVER;
	x_fail_other(other->proc, -1, other->pc);
}

/*
 * Where to tell a cycle: at the edge that closed it, or else at the first that
 * this execution has of it.
 */
static const struct edge *told_at(const struct edge **cycle, int n,
				  enum view view)
{
	const struct edge *best = NULL;
	int i;

	for (i = 0; i < n; i++) {
		if (cycle[i]->seen.stamp != X.stamp)
			continue;
		if (!best || (cycle[i]->seen.event > best->seen.event) ==
			     (view == HERE))
			best = cycle[i];
	}
	return best;
}

static void check_cycle(const struct edge *e, enum view view)
{
	static const struct edge *path[MAX_CLASSES + 1], *other;
	char text[sizeof(X.failures[0].text)];
	int n = find_path(e->to, e->from, view, path);

	if (!n)
		return;
	other = path[n - 1];
	snprintf(text, sizeof(text),
		 "%s takes %s while it holds %s; elsewhere %s takes %s while it holds %s%s: a deadlock when both happen at once",
		 who(&e->seen), classes[e->to].name, classes[e->from].name,
		 who(&other->seen), classes[other->to].name,
		 classes[other->from].name, where(&other->seen));
	tell(&e->seen, &other->seen, view, text);
}

static const struct sight *either(const struct class *c, int context, int plain,
				  enum view view)
{
	const struct sight *u = c->use[context];

	return in_view(&u[plain], view) ? &u[plain] :
	       in_view(&u[plain + 1], view) ? &u[plain + 1] : NULL;
}

/* A lock that is taken there must never wait for one whose holder can be
 * interrupted. */
static void check_inversion(const struct class *c, int context, enum view view)
{
	const struct sight *u = c->use[context], *in, *on;
	char text[sizeof(X.failures[0].text)];

	if (in_view(&u[IN], view)) {
		in = &u[IN];
		on = either(c, context, ON, view);
	} else {
		in = in_view(&u[IN_READ], view) ? &u[IN_READ] : NULL;
		on = in_view(&u[ON], view) ? &u[ON] : NULL;
	}
	if (!in || !on)
		return;
	snprintf(text, sizeof(text),
		 "%s is taken in %s, and elsewhere with %s on%s: the %s can wait for whom it interrupted",
		 c->name, context_of(context, in),
		 context == HANDLER ? "interrupts" : "bottom halves",
		 where(in->stamp == X.stamp ? on : in),
		 context == HANDLER ? "handler" :
		 in->kind == 'c' ? "callback" : "softirq");
	tell(in, on, view, text);
}

static void check_between(int a, int b, int context, enum view view)
{
	static const struct edge *path[MAX_CLASSES + 1], *last;
	const struct sight *on = either(&classes[b], context, ON, view);
	const struct sight *in = either(&classes[a], context, IN, view);
	char text[sizeof(X.failures[0].text)];
	int n;

	if (!on || !in)
		return;
	n = find_path(a, b, view, path);
	if (!n)
		return;
	last = path[n - 1];
	snprintf(text, sizeof(text),
		 "%s, which is taken in %s, is held while %s%s%s is taken, whose holder can be interrupted%s: each can wait for the other",
		 classes[a].name, context_of(context, in),
		 n == 1 ? "" : classes[last->from].name,
		 n == 1 ? "" : " is taken, and that while ",
		 classes[b].name,
		 where(last->seen.stamp == X.stamp ? on : &last->seen));
	tell(&last->seen, on, view, text);
}

/* The first thing that this part of what was seen tells. */
static void check_all(enum view view)
{
	static const struct edge *path[MAX_CLASSES + 1];
	int e, a, b, context, n;

	for (e = 1; e < nedges && !told; e++) {
		if (!in_view(&edges[e].seen, HERE))
			continue;
		n = find_path(edges[e].to, edges[e].from, view, path);
		path[n] = &edges[e];
		if (n)
			check_cycle(told_at(path, n + 1, view), view);
	}
	for (context = 0; context < NCONTEXTS; context++) {
		for (a = 0; a < nclasses && !told; a++) {
			check_inversion(&classes[a], context, view);
			for (b = 0; b < nclasses && !told; b++)
				check_between(a, b, context, view);
		}
	}
}

/* Whether interrupts and all that was ever seen go together: asked on news. */
static bool interrupts_wrong(void)
{
	static const struct edge *path[MAX_CLASSES + 1];
	const struct class *c;
	int a, b, x;

	for (x = 0; x < NCONTEXTS; x++) {
		for (a = 0; a < nclasses; a++) {
			c = &classes[a];
			if (!either(c, x, IN, EVER))
				continue;
			if (either(c, x, ON, EVER) &&
			    (c->use[x][IN].pc || c->use[x][ON].pc))
				return true;
			for (b = 0; b < nclasses; b++)
				if (either(&classes[b], x, ON, EVER) &&
				    find_path(a, b, EVER, path))
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
	struct edge *e = &edges[nedges];

	if (nedges == MAX_EDGES)
		return NULL;
	e->from = from;
	e->to = to;
	e->next = classes[from].first;
	classes[from].first = nedges++;
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
		wrong |= find_path(to, from, EVER, path) > 0;
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
	fresh |= note_uses(&classes[id], read, trylock, pc, &news);
	if (news && !wrong)
		wrong = interrupts_wrong();
	/* A replay is told at once what the search knew in the end. */
	if (wrong && fresh && !told)
		check_all(X.partly ? EVER : HERE);
}

/* The execution is over: was it a part of something that is wrong? */
void x_order_end(void)
{
	if (wrong && !told && !X.replay)
		check_all(EVER);
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

	for (e = 1; e < nedges; e++)
		put_fact(out, true, &classes[edges[e].from],
			 &classes[edges[e].to], 0, 0, &edges[e].seen);
	for (c = classes; c < classes + nclasses; c++)
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
			s = &classes[from].use[n[4] % NCONTEXTS][n[5] % NUSES];
		}
		*s = (struct sight){ n[7], 0, -1, n[8], n[9] };
		wrong |= n[0] && find_path(to, from, EVER, path);
	}
	wrong |= interrupts_wrong();
}
