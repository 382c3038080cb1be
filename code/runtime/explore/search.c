// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which execution comes next: depth first, and only one of each set of
 * executions that differ in the order of independent steps.
 *
 * Source-DPOR (Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic Partial
 * Order Reduction, 2014) with sleep sets. Where two dependent steps of one
 * execution could have come in the other order, the state before the first
 * gets an initial of what would lead there. A step that can be disabled (a
 * lock, a wait) races with every earlier one on its cells that it did not
 * know of, not only with the last: lock, unlock, lock is a race of the two
 * locks.
 *
 * The reduction is tested, not believed: see x_signature().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "engine.h"

#define MAX_LINKS (X_EVENTS * 6)

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

void x_search_init(void)
{
	cells = mmap(NULL, X_CELLS * sizeof(*cells), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	links = calloc(MAX_LINKS, sizeof(*links));
	X.events = aligned_alloc(64, X_EVENTS * sizeof(*X.events));
	X.nodes = calloc(X_EVENTS, sizeof(*X.nodes));
	X.log = calloc(X_LOG, sizeof(*X.log));
	if (cells == MAP_FAILED || !links || !X.events || !X.nodes || !X.log)
		abort();
}

void x_search_reset(void)
{
	nlinks = 1;
}

uint64_t x_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static bool dependent(const struct x_op *a, const struct x_op *b)
{
	int i, j;

	for (i = 0; i < a->nfeet; i++)
		for (j = 0; j < b->nfeet; j++)
			if (!((a->feet[i] ^ b->feet[j]) >> 1) &&
			    ((a->feet[i] | b->feet[j]) & 1))
				return true;
	return false;
}

/* Who was explored before from here, and has not been disturbed since. */
static uint32_t inherited_sleep(int d)
{
	struct x_node *before = &X.nodes[d - 1];
	uint32_t sleep = (before->sleep | before->done) & ~(1u << before->choice);
	uint32_t left = sleep;
	int q;

	while (left) {
		q = __builtin_ctz(left);
		left &= left - 1;
		if (dependent(X.proc[q].op, &X.last_op))
			sleep &= ~(1u << q);
	}
	return sleep;
}

/* Leaving somebody who could go on is a preemption. */
static int preempts(const struct x_node *n, int p)
{
	return p != n->running && n->enabled >> n->running & 1;
}

/**
 * x_search_choose() - who makes the next step
 * @enabled: who could
 *
 * Return: the process, or -1 when the search knows all that follows.
 */
int x_search_choose(uint32_t enabled)
{
	int p, d = X.nevents;
	struct x_node *n = &X.nodes[d];
	uint32_t allowed = enabled;

	if (d >= X.max_steps) {
		x_fail(LAB_X_ENDLESS, X.proc[X.cur].op->pc, 0,
		       "%d steps, and no end: does this scenario end at all?",
		       d);
		x_end_execution();
	}
	if (d < X.prefix) {
		if (enabled >> n->choice & 1)
			return n->choice;
		X.cut = true;
		return -1;
	}
	n->enabled = enabled;
	n->running = d ? X.events[d - 1].proc : X_PROCS - 1;
	n->preemptions = d ? X.nodes[d - 1].preemptions +
			     preempts(n - 1, n[-1].choice) : 0;
	n->switches = d > 1 ? X.nodes[d - 1].switches +
			      (X.events[d - 1].proc != X.events[d - 2].proc) : 0;
	if (n->switches > X.most_switches ||
	    (n->switches == X.most_switches && d >= X.most_steps)) {
		X.cut = true;
		n->backtrack = n->done = n->sleep = 0;
		return -1;
	}
	n->done = 0;
	n->sleep = 0;
	if (X.mode != X_NONE && d)
		n->sleep = inherited_sleep(d);
	if (X.bound >= 0 && n->preemptions >= X.bound &&
	    enabled >> n->running & 1)
		allowed = 1u << n->running;
	allowed &= ~n->sleep;
	if (!allowed) {
		X.cut = true;
		return -1;
	}
	p = allowed >> n->running & 1 ? n->running : __builtin_ctz(allowed);
	n->choice = p;
	n->backtrack = X.mode == X_DPOR ? 1u << p : allowed;
	return p;
}

/* The two could have come in the other order: see to it that they do. */
static void reverse(int first, int q, const x_clock *dep, int last)
{
	struct x_node *n = &X.nodes[first];
	const struct x_event *e = &X.events[first], *x;
	uint32_t initials = 0, seen = 0, left;
	uint16_t from[X_PROCS];
	int k, r;
	bool free;

	for (k = first + 1; k < last; k++) {
		x = &X.events[k];
		if (x->dep[e->proc] >= e->nth || seen >> x->proc & 1)
			continue;
		for (free = true, left = seen; left; left &= left - 1) {
			r = __builtin_ctz(left);
			if (x->dep[r] >= from[r])
				free = false;
		}
		seen |= 1u << x->proc;
		from[x->proc] = x->nth;
		if (free)
			initials |= 1u << x->proc;
	}
	if (!(seen >> q & 1)) {
		for (free = true, left = seen; left; left &= left - 1) {
			r = __builtin_ctz(left);
			if ((*dep)[r] >= from[r])
				free = false;
		}
		if (free)
			initials |= 1u << q;
	}
	if (initials & n->backtrack)
		return;
	initials &= n->enabled;
	if (initials >> q & 1)
		n->backtrack |= 1u << q;
	else if (initials)
		n->backtrack |= initials & -initials;
}

/*
 * What only ever lets @op go on can't be overtaken by it. That is a matter
 * of the cell: to an interrupt, its host's unlock is a step like any other.
 */
static bool only_enables(int kind, const struct x_op *op, int foot)
{
	if (kind == X_OP_UNLOCK || kind == X_OP_READ_UNLOCK)
		return !foot && (op->kind == X_OP_LOCK ||
				 op->kind == X_OP_READ_LOCK);
	return kind == X_OP_IRQ_EXIT || kind == X_OP_IRQ_ON;
}

/* Joins the clocks of what @op depends on, and finds its races. */
static void depend(int p, const struct x_op *op, x_clock *dep, bool races)
{
	const x_clock pre = X.proc[p].dep;
	int rivals[256], nrivals = 0, i;
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
			if (!known && races && nrivals < 256 &&
			    (op->blocking ? !only_enables(e->kind, op, i) :
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
	case X_OP_GP_END:
	case X_OP_CALLBACK:
		x_join_sections(&X.proc[p], dep);
		break;
	case X_OP_RCU_BARRIER:
		for (q = 1; q < X.nprocs; q++)
			if (op->arg >> q & 1)
				x_join(dep, &X.proc[q].dep);
		break;
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
	if (op->kind == X_OP_WRITE || op->kind == X_OP_RMW)
		me->writing = n;
	e->dep = me->dep;
	depend_special(p, op, &e->dep);
	depend(p, op, &e->dep, X.mode == X_DPOR && n >= X.prefix - 1);
	e->dep[p] = e->nth;
	me->dep = e->dep;

	for (i = 0; i < op->nfeet && nlinks < MAX_LINKS; i++) {
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
	X.nevents++;
	if (X.tracing)
		x_note('e', op->pc, op->addr, op->size,
		       op->kind == X_OP_WRITE, NULL);
}

/* The end without an end: each of the stuck might have come first. */
static void stuck_races(void)
{
	x_clock dep;
	int p;

	for (p = 1; X.mode == X_DPOR && p < X.nprocs; p++) {
		if (X.proc[p].state != X_PARKED)
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
	[X_OP_SPIN] = "what it reads to change",
	[X_OP_IRQ_ENTER] = "interrupts to be on",
};

void x_search_stuck(void)
{
	const char *what;
	char text[200] = "";
	bool spins = false;
	uintptr_t pc = 0;
	size_t used = 0;
	int p;

	stuck_races();
	for (p = 0; p < X.nprocs; p++) {
		if (X.proc[p].state != X_PARKED || X.proc[p].kind == 'b' ||
		    X.proc[p].op->kind == X_OP_JOIN)
			continue;
		what = waits_for[X.proc[p].op->kind];
		if (X.proc[p].op->kind == X_OP_SPIN)
			spins = true;
		pc = X.proc[p].op->pc;
		if (used < sizeof(text))
			used += snprintf(text + used, sizeof(text) - used,
					 "%s%s waits for %s", used ? ", " : "",
					 X.proc[p].name, what ? what :
					 "the interrupt on top of it");
	}
	X.hard = true;
	x_fail(spins ? LAB_X_LIVELOCK : LAB_X_DEADLOCK, pc, 0, "%s", text);
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

/*
 * Two executions are the same to us when each process makes the same steps
 * and each step depends on the same ones. Summed, as their order is what
 * must not matter.
 */
static uint64_t x_signature(void)
{
	uint64_t sum = 0, h;
	int i, j;

	for (i = 0; i < X.nevents; i++) {
		h = mix(X.events[i].proc + 1, X.events[i].kind);
		h = mix(h, X.events[i].addr);
		for (j = 0; j < X_PROCS; j++)
			h = mix(h, X.events[i].dep[j]);
		sum += h;
	}
	return sum ? sum : 1;
}

static void keep_signature(uint64_t s)
{
	uint64_t i, old_max = X.max_signatures, *old = X.signatures;

	if (X.nsignatures * 2 >= X.max_signatures) {
		X.max_signatures = old_max ? old_max * 4 : 4096;
		X.signatures = calloc(X.max_signatures, sizeof(*old));
		X.nsignatures = 0;
		for (i = 0; i < old_max; i++)
			if (old[i])
				keep_signature(old[i]);
		free(old);
	}
	for (i = s % X.max_signatures; X.signatures[i];
	     i = (i + 1) % X.max_signatures)
		if (X.signatures[i] == s)
			return;
	X.signatures[i] = s;
	X.nsignatures++;
}

static void show_progress(void)
{
	double s = (x_now_ns() - X.start_ns) / 1e9;

	x_say("\r%llu executions, %d steps deep, %.0f a second, %.0f s ",
	      (unsigned long long)X.executions, X.deepest,
	      X.executions / (s > 0 ? s : 1), s);
}

static bool out_of_limits(void)
{
	static uint64_t shown;
	uint64_t now;

	if (X.search_cap && X.executions >= X.search_cap)
		X.bounded_by = "executions";
	if (X.interrupted)
		X.bounded_by = "an interrupt";
	if (X.executions % 1024)
		return X.bounded_by;
	now = x_now_ns();
	if (X.time_limit > 0 && now - X.start_ns > X.time_limit * 1e9)
		X.bounded_by = "the time limit";
	if (X.progress && now - (shown ? shown : X.start_ns) > 1000000000) {
		shown = now;
		show_progress();
	}
	return X.bounded_by;
}

/* The deepest state that has somebody left to try. */
static bool next_prefix(int depth)
{
	struct x_node *n;
	uint32_t left;
	int d;

	for (d = depth - 1; d >= 0; d--) {
		n = &X.nodes[d];
		n->done |= 1u << n->choice;
		left = n->backtrack & ~n->done & ~n->sleep;
		if (!left)
			continue;
		/* Whoever ran before goes on if he may: fewer switches first. */
		n->choice = __builtin_ctz(left);
		X.prefix = d + 1;
		return true;
	}
	return false;
}

/**
 * x_search() - run all executions that matter
 *
 * Return: true if that were all of them, within the bound if there is one.
 */
bool x_search(void)
{
	int i;

	X.prefix = 0;
	X.replay = false;
	X.executions = X.redundant = X.total_steps = X.restarts = 0;
	X.failing = X.deepest = 0;
	X.bounded_by = NULL;
	for (;;) {
		x_execute();
		if (X.restart) {
			X.restarts++;
			X.prefix = 0;
			X.executions = X.redundant = X.total_steps = 0;
			X.failing = X.deepest = 0;
			continue;
		}
		X.executions++;
		X.total_steps += X.nevents;
		X.redundant += X.cut;
		if (X.nevents > X.deepest)
			X.deepest = X.nevents;
		/* What was not run can't tell what it races with. */
		for (i = 0; X.hard && i < X.nevents; i++)
			X.nodes[i].backtrack |= X.mode == X_DPOR ?
						X.nodes[i].enabled : 0;
		if (X.keep_signatures && !X.cut && !X.hard)
			keep_signature(x_signature());
		if (X.nfailures) {
			X.failing++;
			if (x_on_execution())
				return false;
		}
		if (!next_prefix(X.nevents))
			return true;
		if (out_of_limits())
			return false;
	}
}
