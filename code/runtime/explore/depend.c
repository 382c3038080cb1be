// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which steps depend on one another, and what follows from it for the search:
 * where two dependent steps of this execution could have come in the other
 * order, the state before the first gets an initial of what leads there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine.h"

#define MAX_LINKS (X_EVENTS * X_FEET + 1)	/* there can't be more */

struct cell {
	uint32_t stamp;
	uint32_t last;			/* link, 0: none */
};

struct link {
	uint32_t prev;
	uint16_t event;
	bool write;
};

static struct cell *cells;
static struct link *links;
static uint32_t nlinks;
static int *rivals;			/* of the step at hand */

void x_depend_init(void)
{
	cells = mmap(NULL, X_CELLS * sizeof(*cells), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	links = calloc(MAX_LINKS, sizeof(*links));
	rivals = calloc(MAX_LINKS, sizeof(*rivals));
	if (cells == MAP_FAILED || !links || !rivals)
		abort();
}

void x_search_reset(void)
{
	nlinks = 1;
}

/**
 * x_dependent() - would the order of these two steps make a difference?
 */
bool x_dependent(const struct x_op *a, const struct x_op *b)
{
	int i, j;

	for (i = 0; i < a->nfeet; i++)
		for (j = 0; j < b->nfeet; j++)
			if (!((a->feet[i] ^ b->feet[j]) >> 1) &&
			    ((a->feet[i] | b->feet[j]) & 1))
				return true;
	return false;
}

/* Has anybody else made a step on this cell, which depends on such a foot? */
bool x_touched_since(uint32_t foot, int since, int id)
{
	const struct cell *c = &cells[foot >> 1];
	uint32_t l;

	if (c->stamp != X.stamp)
		return false;
	for (l = c->last; l && links[l].event > since; l = links[l].prev)
		if (((foot & 1) || links[l].write) &&
		    X.events[links[l].event].proc != id)
			return true;
	return false;
}

/* The two could have come in the other order: see to it that they do. */
static void reverse(int first, int q, const x_clock *dep, int last)
{
	struct x_node *n = &X.nodes[first];
	const struct x_event *e = &X.events[first], *x;
	x_set initials = 0, seen = 0, left;
	uint16_t from[X_PROCS];
	int k, r;
	bool free;

	for (k = first + 1; k < last; k++) {
		x = &X.events[k];
		if (x->dep[e->proc] >= e->nth || seen >> x->proc & 1)
			continue;
		for (free = true, left = seen; left; left &= left - 1) {
			r = x_first(left);
			if (x->dep[r] >= from[r])
				free = false;
		}
		seen |= X_BIT(x->proc);
		from[x->proc] = x->nth;
		if (free)
			initials |= X_BIT(x->proc);
	}
	if (!(seen >> q & 1)) {
		for (free = true, left = seen; left; left &= left - 1) {
			r = x_first(left);
			if ((*dep)[r] >= from[r])
				free = false;
		}
		if (free)
			initials |= X_BIT(q);
	}
	if (initials & n->backtrack)
		return;
	initials &= n->enabled;
	if (initials & n->among)
		initials &= n->among;
	if (initials >> q & 1)
		n->backtrack |= X_BIT(q);
	else if (initials)
		n->backtrack |= initials & -initials;
}

/*
 * What only ever lets @op go on can't be overtaken by it. That is a matter
 * of the cell: to an interrupt, its host's unlock is a step like any other.
 */
static bool only_enables(const struct x_event *e, int p, const struct x_op *op,
			 int foot)
{
	int kind = e->kind;

	if (kind == X_OP_UNLOCK || kind == X_OP_READ_UNLOCK)
		return !foot && (op->kind == X_OP_LOCK ||
				 op->kind == X_OP_READ_LOCK);
	/* A hard interrupt need not wait for the end of a softirq. */
	if (kind == X_OP_IRQ_EXIT && op->kind == X_OP_IRQ_ENTER)
		return X.proc[p].soft || !X.proc[e->proc].soft;
	/* And bottom halves that are on again are nothing to it. */
	if (kind == X_OP_BH_ON && op->kind == X_OP_IRQ_ENTER)
		return X.proc[p].soft;
	return kind == X_OP_IRQ_EXIT || kind == X_OP_IRQ_ON ||
	       kind == X_OP_BH_ON;
}

/* Joins the clocks of what @op depends on, and finds its races. */
static void depend(int p, const struct x_op *op, x_clock *dep, bool races)
{
	const x_clock pre = X.proc[p].dep;
	int nrivals = 0, i;
	const struct x_event *e;
	bool known, read_since;
	uint32_t l;

	for (i = 0; i < op->nfeet; i++) {
		struct cell *c = &cells[op->feet[i] >> 1];

		read_since = false;
		if (c->stamp != X.stamp)
			continue;
		for (l = c->last; l; l = links[l].prev) {
			if (!(op->feet[i] & 1) && !links[l].write)
				continue;
			e = &X.events[links[l].event];
			known = pre[e->proc] >= e->nth;
			x_join(dep, &e->dep);
			if (!known && races &&
			    (op->blocking ? !only_enables(e, p, op, i) :
			     !(links[l].write && read_since)))
				rivals[nrivals++] = links[l].event;
			if (!links[l].write)
				read_since = true;
			else if (!op->blocking || known)
				break;
		}
	}
	for (i = 0; i < nrivals; i++)
		reverse(rivals[i], p, dep, X.nevents);
}

static void join_work(uintptr_t work, x_clock *dep)
{
	int p;

	for (p = 1; p < X.nprocs; p++)
		if (X.proc[p].state == X_DONE &&
		    X.proc[p].work == (void *)work)
			x_join(dep, &X.proc[p].dep);
}

static void depend_special(int p, const struct x_op *op, x_clock *dep)
{
	int q;

	switch (op->kind) {
	case X_OP_CALLBACK:
		if (X.proc[p].kind == 'w')
			join_work(op->addr, dep);
		/* fall through */
	case X_OP_GP_END:
		x_join_sections(&X.proc[p], dep);
		break;
	case X_OP_RCU_BARRIER:
		for (q = 1; q < X.nprocs; q++)
			if (op->arg >> q & 1)
				x_join(dep, &X.proc[q].dep);
		break;
	case X_OP_WORK:
	case X_OP_FLUSH_WORK:
		join_work(op->addr, dep);
		break;
	case X_OP_COMMIT:
	case X_OP_FENCE:
		x_weak_join(p, dep);
		break;
	}
}

/**
 * x_search_event() - a step is made
 * @p: by whom
 * @op: which
 */
void x_search_event(int p, struct x_op *op)
{
	int i, n = X.nevents;
	struct x_proc *me = &X.proc[p];
	struct x_event *e = &X.events[n];
	struct cell *c;

	e->proc = p;
	e->kind = op->kind;
	e->size = op->size;
	e->nth = ++me->nth;
	e->addr = op->addr;
	e->pc = op->pc;
	e->value = 0;
	if (op->kind == X_OP_READ || op->kind == X_OP_RMW)
		e->value = x_load(op->addr, op->size);
	if (op->kind == X_OP_CHOICE)
		e->value = X.nodes[n].value;
	if (op->kind == X_OP_WRITE || op->kind == X_OP_RMW)
		me->writing = n;
	e->dep = me->dep;
	depend_special(p, op, &e->dep);
	depend(p, op, &e->dep, X.mode == X_DPOR && n >= X.prefix - 1);
	e->dep[p] = e->nth;
	me->dep = e->dep;

	for (i = 0; i < op->nfeet; i++) {
		c = &cells[op->feet[i] >> 1];
		if (c->stamp != X.stamp) {
			c->stamp = X.stamp;
			c->last = 0;
		}
		links[nlinks].prev = c->last;
		links[nlinks].event = n;
		links[nlinks].write = op->feet[i] & 1;
		c->last = nlinks++;
	}
	if (X.mode != X_NONE)
		X.last_op = *op;
	me->last = ++X.nevents;
	if (X.tracing)
		x_note('e', op->pc, op->addr, op->size,
		       op->kind == X_OP_WRITE, NULL);
}

/**
 * x_search_waits() - nobody goes on from here: who has to wait might have come
 * first
 * @enabled: who could go on, but is not made to
 */
void x_search_waits(x_set enabled)
{
	x_clock dep;
	int p;

	for (p = 1; X.mode == X_DPOR && p < X.nprocs; p++) {
		if (X.proc[p].state != X_PARKED || enabled >> p & 1)
			continue;
		dep = X.proc[p].dep;
		depend(p, X.proc[p].op, &dep, true);
	}
}

static const char *waits_for[X_OP_NR] = {
	[X_OP_LOCK] = "a lock", [X_OP_READ_LOCK] = "a lock, for reading",
	[X_OP_BIT_LOCK] = "a bit lock", [X_OP_GP_END] = "a grace period",
	[X_OP_CALLBACK] = "a grace period",
	[X_OP_RCU_BARRIER] = "callbacks", [X_OP_WAIT] = "a wake-up",
	[X_OP_WAIT_COMPLETION] = "a completion",
	[X_OP_FLUSH_WORK] = "a work",
	[X_OP_WORK] = "its own last run",
	[X_OP_IRQ_ENTER] = "interrupts to be on",
};

/* A loop that waits keeps somebody away only until its next round. */
static bool let_in_elsewhere(void)
{
	int p, q;

	for (p = 1; p < X.nprocs; p++)
		for (q = 1; x_loop_waits(p) && q < X.nprocs; q++)
			if (x_loop_lets_in(p, q))
				return true;
	return false;
}

/**
 * x_search_stuck() - nobody can go on
 *
 * Return: a process that goes on all the same, by itself, to see whether its loop
 * has an end; or -1.
 */
int x_search_stuck(void)
{
	const char *what;
	char text[200] = "";
	bool spins = false;
	uintptr_t pc = 0;
	size_t used = 0;
	int p;

	x_search_waits(0);
	if (let_in_elsewhere()) {
		X.cut = true;
		return -1;
	}
	for (p = 1; p < X.nprocs; p++)
		if (X.proc[p].state == X_PARKED && x_loop_probes(p))
			return X.cut ? -1 : p;
	for (p = 0; p < X.nprocs; p++) {
		if (X.proc[p].state != X_PARKED || X.proc[p].kind == 'b' ||
		    X.proc[p].op->kind == X_OP_JOIN)
			continue;
		what = waits_for[X.proc[p].op->kind];
		if (x_loop_waits(p)) {
			what = "what it reads to change";
			spins = true;
		}
		pc = X.proc[p].op->pc;
		if (used < sizeof(text))
			used += snprintf(text + used, sizeof(text) - used,
					 "%s%s waits for %s", used ? ", " : "",
					 X.proc[p].name, what ? what :
					 "the interrupt on top of it");
	}
	X.hard = true;
	x_fail(spins ? LAB_X_LIVELOCK : LAB_X_DEADLOCK, pc, 0, "%s", text);
	return -1;
}
