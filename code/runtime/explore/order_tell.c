// SPDX-License-Identifier: GPL-2.0-only
/* What is wrong with how locks nest, and where: told of one execution. */
#include "order.h"

static const char *const contexts[] = { "an interrupt handler", "a softirq" };

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
	x_order.told = true;
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
	int n = x_order_path(e->to, e->from, view, path);

	if (!n)
		return;
	other = path[n - 1];
	snprintf(text, sizeof(text),
		 "%s takes %s while it holds %s; elsewhere %s takes %s while it holds %s%s: a deadlock when both happen at once",
		 who(&e->seen), x_order.classes[e->to].name, x_order.classes[e->from].name,
		 who(&other->seen), x_order.classes[other->to].name,
		 x_order.classes[other->from].name, where(&other->seen));
	tell(&e->seen, &other->seen, view, text);
}

/* A lock that is taken there must never wait for one whose holder can be
 * interrupted. */
static void check_inversion(const struct class *c, int context, enum view view)
{
	const struct sight *u = c->use[context], *in, *on;
	char text[sizeof(X.failures[0].text)];

	if (x_order_in_view(&u[IN], view)) {
		in = &u[IN];
		on = x_order_either(c, context, ON, view);
	} else {
		in = x_order_in_view(&u[IN_READ], view) ? &u[IN_READ] : NULL;
		on = x_order_in_view(&u[ON], view) ? &u[ON] : NULL;
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
	const struct sight *on = x_order_either(&x_order.classes[b], context, ON, view);
	const struct sight *in = x_order_either(&x_order.classes[a], context, IN, view);
	char text[sizeof(X.failures[0].text)];
	int n;

	if (!on || !in)
		return;
	n = x_order_path(a, b, view, path);
	if (!n)
		return;
	last = path[n - 1];
	snprintf(text, sizeof(text),
		 "%s, which is taken in %s, is held while %s%s%s is taken, whose holder can be interrupted%s: each can wait for the other",
		 x_order.classes[a].name, context_of(context, in),
		 n == 1 ? "" : x_order.classes[last->from].name,
		 n == 1 ? "" : " is taken, and that while ",
		 x_order.classes[b].name,
		 where(last->seen.stamp == X.stamp ? on : &last->seen));
	tell(&last->seen, on, view, text);
}

/* The first thing that this part of what was seen tells. */
void x_order_check(enum view view)
{
	static const struct edge *path[MAX_CLASSES + 1];
	int e, a, b, context, n;

	for (e = 1; e < x_order.nedges && !x_order.told; e++) {
		if (!x_order_in_view(&x_order.edges[e].seen, HERE))
			continue;
		n = x_order_path(x_order.edges[e].to, x_order.edges[e].from, view, path);
		path[n] = &x_order.edges[e];
		if (n)
			check_cycle(told_at(path, n + 1, view), view);
	}
	for (context = 0; context < NCONTEXTS; context++) {
		for (a = 0; a < x_order.nclasses && !x_order.told; a++) {
			check_inversion(&x_order.classes[a], context, view);
			for (b = 0; b < x_order.nclasses && !x_order.told; b++)
				check_between(a, b, context, view);
		}
	}
}
