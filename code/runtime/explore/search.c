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
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

#include "engine.h"

#define FAIR 1000

void x_search_init(void)
{
	x_depend_init();
	X.events = aligned_alloc(64, X_EVENTS * sizeof(*X.events));
	X.nodes = calloc(X_EVENTS, sizeof(*X.nodes));
	X.log = calloc(X_LOG, sizeof(*X.log));
	if (!X.events || !X.nodes || !X.log)
		abort();
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

uint64_t x_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t x_cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* Who was explored before from here, and has not been disturbed since. */
static x_set inherited_sleep(int d)
{
	struct x_node *before = &X.nodes[d - 1];
	x_set sleep = (before->sleep | before->done) & ~(X_BIT(before->choice));
	x_set left = sleep;
	int q;

	while (left) {
		q = x_first(left);
		left &= left - 1;
		if (x_dependent(X.proc[q].op, &X.last_op))
			sleep &= ~(X_BIT(q));
	}
	return sleep;
}

/* Leaving somebody who could go on is a preemption. */
static int preempts(const struct x_node *n, int p)
{
	return p != n->running && n->enabled >> n->running & 1;
}

/*
 * Who goes next, to be fair. Who could move and has not for so many steps does, as
 * with each scheduler some day: else loops that wait for him have no end here. And
 * those do whom others pass over in a cycle of states.
 */
static x_set fair(x_set enabled)
{
	x_set left = enabled, turn = X.turn;
	int q, longest = 0;

	X.turn = 0;
	if (turn)
		return turn;
	if (X.nevents < FAIR)
		return ~(x_set)0;
	for (; left; left &= left - 1) {
		q = x_first(left);
		if (X.proc[q].last < X.proc[longest].last || !longest)
			longest = q;
	}
	if (X.nevents - X.proc[longest].last < FAIR)
		return ~(x_set)0;
	X.steps_cut = true;
	return X_BIT(longest);
}

/* How many ways the next step of @p can go. */
static int values_of(int p)
{
	const struct x_op *op = X.proc[p].op;

	return op->kind == X_OP_CHOICE ? op->arg : 1;
}

/* A choice that is decided already: is there still such a value? */
static bool fits(struct x_node *n)
{
	n->nvalues = values_of(n->choice);
	return n->value < n->nvalues;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

/*
 * What each process is about to do: the same in each execution that has made the
 * same choices until then, whoever goes on.
 */
static uint32_t all_pending(x_set enabled)
{
	uint64_t h = enabled;
	const struct x_op *op;
	int p;

	for (p = 1; p < X.nprocs; p++) {
		if (X.proc[p].state != X_PARKED)
			continue;
		op = X.proc[p].op;
		h = mix(h + p, op->kind + (op->pc << 8));
		h = mix(h, op->addr);
	}
	return h >> 32;
}

/**
 * x_search_choose() - who makes the next step
 * @enabled: who could
 *
 * Return: the process, or -1 when the search knows all that follows.
 */
int x_search_choose(x_set enabled)
{
	int p, d = X.nevents;
	struct x_node *n = &X.nodes[d];
	x_set allowed = enabled;

	if (d >= X.max_steps) {
		x_fail(LAB_X_ENDLESS, X.proc[X.cur].op->pc, 0,
		       "%d steps, and no end: a loop that never ends?", d);
		x_end_execution();
	}
	n->enabled = enabled;
	if (d < X.prefix) {
		X.turn = 0;
		if (enabled >> n->choice & 1 && fits(n) &&
		    (X.replay || n->pending == all_pending(enabled)))
			return n->choice;
		/* The same choices have led elsewhere: no search can go on. */
		if (!X.given) {
			for (p = d; p-- && X.events[p].proc != n->choice; )
				;
			x_result_fault("fault",
				       "the explored code does something else when it is run again",
				       p < 0 ? 0 : X.events[p].pc);
		}
		X.cut = true;
		return -1;
	}
	n->pending = all_pending(enabled);
	n->running = d ? X.events[d - 1].proc : X_PROCS - 1;
	n->preemptions = d ? X.nodes[d - 1].preemptions +
			     preempts(n - 1, n[-1].choice) : 0;
	n->switches = d > 1 ? X.nodes[d - 1].switches +
			      (X.events[d - 1].proc != X.events[d - 2].proc) : 0;
	if (X.guided) {
		p = x_guide_choose(enabled);
		n->choice = p < 0 ? 0 : p;
		n->value = 0;
		return p;
	}
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
		allowed = X_BIT(n->running);
	n->among = fair(enabled);
	allowed &= ~n->sleep & n->among;
	if (!allowed) {
		/* Elsewhere they go on; but not all that led to here does. */
		x_search_waits(enabled);
		X.cut = true;
		return -1;
	}
	p = allowed >> n->running & 1 ? n->running : x_first(allowed);
	n->choice = p;
	n->value = 0;
	n->nvalues = values_of(p);
	n->backtrack = X.mode == X_DPOR ? X_BIT(p) : allowed;
	return p;
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
		h = x_mix(X.events[i].proc + 1, X.events[i].kind);
		h = x_mix(h, X.events[i].addr);
		if (X.events[i].kind == X_OP_CHOICE)
			h = x_mix(h, X.events[i].value);
		for (j = 0; j < X_PROCS; j++)
			h = x_mix(h, X.events[i].dep[j]);
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

void x_forget_signatures(void)
{
	memset(X.signatures, 0, X.max_signatures * sizeof(*X.signatures));
	X.nsignatures = 0;
}

/**
 * x_covered() - how much of the search was made, when it was cut
 *
 * At each state on the path at hand, so many of the branches that are known of
 * there are done. That takes the branches for equally large, and knows of no
 * branch that is still to be found: an estimate, and rather too much.
 *
 * Return: the share, from 0 to 1
 */
double x_covered(void)
{
	double share = 0, part = 1;
	const struct x_node *n;
	int d, all, done;

	for (d = 0; d < X.prefix && part > 1e-12; d++) {
		n = &X.nodes[d];
		done = __builtin_popcountll(n->done & ~X_BIT(n->choice));
		all = __builtin_popcountll((n->backtrack & ~n->sleep) | n->done |
					   X_BIT(n->choice));
		share += part * done / all;
		part /= all;
		share += part * n->value / MAX(n->nvalues, 1);
		part /= MAX(n->nvalues, 1);
	}
	return share;
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
	if (X.executions % 64)
		return X.bounded_by;
	/* The machine may have others to serve: only our own time counts. */
	if (X.time_limit > 0 && x_cpu_ns() > X.time_limit * 1e9)
		X.bounded_by = "the time limit";
	now = x_now_ns();
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
	x_set left;
	int d;

	for (d = depth - 1; d >= 0; d--) {
		n = &X.nodes[d];
		if (n->value + 1 < n->nvalues) {
			n->value++;
			X.prefix = d + 1;
			return true;
		}
		n->done |= X_BIT(n->choice);
		left = n->backtrack & n->among & ~n->done & ~n->sleep;
		if (!left)
			continue;
		/* Whoever ran before goes on if he may: fewer switches first. */
		n->choice = x_first(left);
		n->value = 0;
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
			if (x_on_restart())
				return false;
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

/* Of a replay: the plain accesses that the search had found to race. */
void x_promote_cells(char *list)
{
	unsigned long cell;
	char *p;

	for (p = strtok(list, ","); p; p = strtok(NULL, ",")) {
		cell = strtoul(p, NULL, 10) % X_CELLS;
		x_promoted[cell] = 1;
		if (cell * 4 - X_ARENA_SIZE < X_STACKS_SIZE)
			x_stack_share(X_STACKS + cell * 4 - X_ARENA_SIZE, 4);
	}
}
