// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops that wait: what keeps a search from going round in them for ever, and
 * when they are a livelock.
 *
 * A process comes round when it is about to make a step that it has made
 * before, from the same place in the code, and whatever it changed in between
 * it has changed back. Then:
 *
 * - If its own state is the same as well (its stack, its registers), another
 *   round is this round again, until something that the round looked at has
 *   changed. So it waits for that, and nothing is lost. If nobody is left who
 *   could change it, that is a livelock: the same states for ever, and
 *   everybody had his turn.
 * - If its own state is another (it counts), each round is explored as it is, up
 *   to X.rounds of them. After that the search chooses: it waits as above, or
 *   it goes round by itself, at once, until the loop ends. What is lost is how
 *   many rounds there were when something changed; the verdict says so.
 *
 * A round in which it only looked waits for other values. One in which it
 * changed something and changed it back, as a lock taken and released, waits
 * for any step that depends on a step of the round: others may have seen it
 * half done.
 */
#include <string.h>

#include "engine.h"

#define KEPT		64		/* steps of a process */
#define FEET		6
#define MOST_ALONE	100000		/* steps of a loop that goes on by itself */
#define FEW_ALONE	1000		/* where others can, and it went on before */

/* A step that was made, or (kind X_OP_NR) a plain write that is none. */
struct pass {
	uint8_t kind, size, nfeet;
	bool pure;			/* has changed nothing */
	bool reads;			/* a value, from memory */
	uint16_t rounds;
	int event;
	uint32_t feet[FEET];
	uintptr_t addr, pc;
	uint64_t state, before, after;
};

static struct {
	struct pass pass[KEPT];
	int n, settled, alone;
	/* Of the step that it is about to make. */
	int from;			/* pass that it comes round to, -1: none */
	bool waits, may_go, pure, choosing, probes;
	struct x_regs regs;
	uint64_t state;
	int nfeet;			/* more than FEET: it can't be kept */
	uint32_t feet[FEET];
} loops[X_PROCS];

struct x_regs x_regs;

/* Loops that went on for MOST_ALONE rounds, in any execution so far. */
static uintptr_t endless[16];
static int nendless;

void x_loop_reset(void)
{
	int p;

	for (p = 0; p < X_PROCS; p++) {
		loops[p].n = loops[p].settled = loops[p].alone = 0;
		loops[p].waits = loops[p].may_go = loops[p].choosing = false;
		loops[p].probes = false;
		loops[p].from = -1;
		loops[p].regs.sp = 0;
	}
}

/**
 * x_loop_state() - all that decides what a process does next
 * @id: which; it is about to make a step
 *
 * But for what others may change as well: its stack and its registers, and what
 * the explorer keeps of it.
 */
uint64_t x_loop_state(int id)
{
	const struct x_regs *regs = &loops[id].regs;
	const struct x_proc *p = &X.proc[id];
	uintptr_t at, top = x_stack_top(id);
	uint64_t h = x_mix(p->preempt, p->rcu), part[4] = { 1, 2, 3, 4 };
	int i;

	if (regs->sp < top - X_STACK_PROC || regs->sp >= top)
		return X.nevents;	/* not called from the explored code */
	h = x_mix(h, p->bh_off << 1 | p->irq_off);
	h = x_mix(h, p->nheld);
	for (i = 0; i < 6; i++)
		h = x_mix(h, regs->saved[i]);
	/* Four at a time: none waits for the others' products. */
	for (at = regs->sp; at + 32 <= top; at += 32)
		for (i = 0; i < 4; i++)
			part[i] = x_mix(part[i], ((uint64_t *)at)[i]);
	for (; at + 8 <= top; at += 8)
		h = x_mix(h, *(uint64_t *)at);
	for (i = 0; i < 4; i++)
		h = x_mix(h, part[i]);
	return h;
}

/* What it did last is done by now: what is there afterwards? */
static void settle(int id)
{
	struct pass *s;

	for (; loops[id].settled < loops[id].n; loops[id].settled++) {
		s = &loops[id].pass[loops[id].settled];
		s->after = x_load(s->addr, s->size);
		s->pure = s->before == s->after && s->kind != X_OP_WRITE &&
			  s->kind != X_OP_NR && s->kind != X_OP_UNLOCK &&
			  s->kind != X_OP_BIT_UNLOCK &&
			  s->kind != X_OP_READ_UNLOCK && s->size;
	}
}

static struct pass *add(int id, int kind, uintptr_t addr, size_t size,
			uintptr_t pc)
{
	struct pass *s;

	if (loops[id].n == KEPT) {
		memmove(&loops[id].pass[0], &loops[id].pass[1],
			(KEPT - 1) * sizeof(*s));
		loops[id].n--;
		loops[id].settled--;
		loops[id].from -= loops[id].from > 0;
	}
	s = &loops[id].pass[loops[id].n++];
	*s = (struct pass){ .kind = kind, .size = size, .addr = addr, .pc = pc,
			    .event = X.nevents - 1 };
	if (size)
		s->before = x_load(addr, size);
	return s;
}

/* The process has done what is not undone: it goes round nothing. */
static void forget(int id)
{
	loops[id].n = loops[id].settled = 0;
	loops[id].alone = 0;
}

/* A plain write that is no step, to what is not the process's own stack. */
void x_loop_plain(uintptr_t addr, size_t size, uintptr_t pc)
{
	if (X.sequential || !loops[X.cur].n ||
	    addr - (x_stack_top(X.cur) - X_STACK_PROC) < X_STACK_PROC)
		return;
	settle(X.cur);
	add(X.cur, X_OP_NR, addr, size, pc);
}

/* Is each place that was written to since as it was? */
static bool changed_back(int id, int from)
{
	const struct pass *s, *t, *last;
	int i, j;

	for (i = from; i < loops[id].n; i++) {
		s = &loops[id].pass[i];
		if (s->pure || !s->size)
			continue;
		for (j = from; j < i; j++) {
			t = &loops[id].pass[j];
			if (!t->pure && t->addr == s->addr && t->size == s->size)
				break;
		}
		if (j < i)
			continue;	/* not the first to write there */
		last = s;
		for (j = i + 1; j < loops[id].n; j++) {
			t = &loops[id].pass[j];
			if (!t->pure && t->addr == s->addr && t->size == s->size)
				last = t;
			else if (!t->pure && t->addr < s->addr + s->size &&
				 s->addr < t->addr + t->size)
				return false;
		}
		if (last->after != s->before)
			return false;
	}
	return true;
}

static bool all_pure(int id, int from)
{
	int i;

	for (i = from; i < loops[id].n; i++)
		if (!loops[id].pass[i].pure)
			return false;
	return true;
}

static int last_pass(int id, const struct x_op *op, int from)
{
	const struct pass *s;
	int i;

	for (i = loops[id].n - 1; i >= from; i--) {
		s = &loops[id].pass[i];
		if (s->pc == op->pc && s->kind == op->kind &&
		    s->addr == op->addr)
			return i;
	}
	return -1;
}

/* What lasts longer than a round, or is not undone. */
static bool lasts(const struct x_op *op)
{
	switch (op->kind) {
	case X_OP_FREE:
	case X_OP_CALL_RCU:
	case X_OP_QUEUE_WORK:
	case X_OP_CHOICE:
	case X_OP_FENCE:
	case X_OP_IRQ_EXIT:
	case X_OP_LOCK_INIT:
		return true;
	case X_OP_WRITE:
		return X.weak;
	}
	return false;
}

/* A step treads where each step of the round did: who moves there wakes it. */
static bool tread(struct x_op *op, int id, int from)
{
	const struct pass *s;
	uint32_t foot;
	int i, j, k;

	for (i = from; i < loops[id].n; i++) {
		s = &loops[id].pass[i];
		for (j = 0; j < s->nfeet; j++) {
			/* Where it only looked, it does no more. */
			foot = s->feet[j] & ~(uint32_t)loops[id].pure;
			for (k = 0; k < op->nfeet; k++)
				if (op->feet[k] >> 1 == foot >> 1)
					break;
			if (k == X_FEET)
				return false;
			if (k == op->nfeet)
				op->nfeet++;
			else
				foot |= op->feet[k];
			op->feet[k] = foot;
		}
	}
	op->blocking = true;
	return true;
}

/* Whether something that the round looked at is another by now. */
bool x_loop_changed(int id)
{
	const struct pass *s;
	int i, j;

	if (!loops[id].waits)
		return true;
	for (i = loops[id].from; i < loops[id].n; i++) {
		s = &loops[id].pass[i];
		if (loops[id].pure) {
			if (x_weak_view(id, s->addr, s->size) != s->before)
				return true;
			continue;
		}
		for (j = 0; j < s->nfeet; j++)
			if (x_touched_since(s->feet[j], s->event, id))
				return true;
	}
	return false;
}

/**
 * x_loop_goes() - nobody can go on, but @id counts: is it let go on by itself?
 *
 * It has chosen to wait, and nobody has changed what it looks at. If its loop has
 * an end, it comes to it elsewhere, and this execution is no more; if it has none,
 * that is a livelock.
 */
bool x_loop_goes(int id)
{
	if (!loops[id].waits || !loops[id].may_go)
		return false;
	loops[id].waits = false;
	loops[id].probes = true;
	loops[id].alone = 1;
	X.cut = !x_enabled(id);		/* then that is told elsewhere */
	return true;
}

/**
 * x_loop_lets_go() - would a round more let somebody go on who waits?
 *
 * A round that takes a lock and releases it waits, perhaps, where it has it. Who
 * could have gone on while it had not, and did not, goes on elsewhere.
 */
bool x_loop_lets_go(int id)
{
	x_set could = 0;
	int i;

	if (!loops[id].waits || loops[id].pure)
		return false;
	i = loops[id].pass[loops[id].from].event + 1;
	for (; i < X.nevents; i++) {
		could |= X.nodes[i].enabled;
		could &= ~X_BIT(X.events[i].proc);
	}
	return could & ~X_BIT(id);
}

bool x_loop_waits(int id)
{
	return loops[id].waits;
}

static bool known_endless(uintptr_t pc)
{
	int i;

	for (i = 0; i < nendless; i++)
		if (endless[i] == pc)
			return true;
	return false;
}

/* Does @p wait for what a round of the process at hand lets it have, for a while? */
static bool let_go(int p)
{
	const struct x_op *op = X.proc[p].op;
	const struct pass *s;
	struct x_op step;
	int i;

	if (loops[p].waits && !loops[p].pure)
		return false;
	for (i = loops[X.cur].from; i < loops[X.cur].n; i++) {
		s = &loops[X.cur].pass[i];
		step.nfeet = s->nfeet;
		memcpy(step.feet, s->feet, sizeof(s->feet));
		if (!s->pure && x_dependent(&step, op))
			return true;
	}
	return false;
}

static bool others_can_go(void)
{
	int p;

	for (p = 1; p < X.nprocs; p++)
		if (p != X.cur && X.proc[p].state == X_PARKED &&
		    (x_enabled(p) || let_go(p)))
			return true;
	return false;
}

static void give_up_alone(const struct x_op *op)
{
	if (nendless < (int)(sizeof(endless) / sizeof(endless[0])) &&
	    !known_endless(op->pc))
		endless[nendless++] = op->pc;
	if (!others_can_go()) {
		X.hard = true;
		x_fail(LAB_X_LIVELOCK, op->pc, op->addr,
		       "%s goes round for ever, and nobody is left who could change what it looks at",
		       x_me()->name);
	}
	/* Not a fair execution: the others will go on some day. */
	X.cut = true;
	x_end_execution();
}

/* On its own until the loop ends: one step, whatever the number of rounds. */
static bool goes_on(struct x_op *op)
{
	int at;

	if (!loops[X.cur].alone)
		return false;
	at = last_pass(X.cur, op, loops[X.cur].from);
	x_me()->op = op;
	if (at < 0 || !x_enabled(X.cur) || lasts(op)) {
		if (loops[X.cur].probes) {
			X.cut = true;
			x_end_execution();
		}
		forget(X.cur);
		return false;
	}
	/* In another state it may have an end, and what it had before tells little. */
	if (++loops[X.cur].alone > MOST_ALONE ||
	    (loops[X.cur].alone == FEW_ALONE && known_endless(op->pc) &&
	     others_can_go()))
		give_up_alone(op);
	return true;
}

/* To go round by itself, or to wait, which comes first. */
static bool choose(const struct x_op *op, int from)
{
	int id = X.cur, n = loops[id].n;
	bool alone;

	/* The choice is a step, and would be the end of what is kept here. */
	loops[id].choosing = true;
	alone = x_choose(2, op->pc);
	loops[id].choosing = false;
	loops[id].n = loops[id].settled = n;
	loops[id].from = from;
	if (!alone)
		return false;
	loops[id].alone = 1;
	return true;
}

/**
 * x_loop_step() - a process is about to make a step: does it come round?
 * @op: the step; it may be made to wait
 *
 * Return: true if the step is no step, but part of one that was made.
 */
bool x_loop_step(struct x_op *op)
{
	int id = X.cur, from, i;
	bool same;

	if (loops[id].choosing)
		return false;
	settle(id);
	if (goes_on(op))
		return true;
	loops[id].from = -1;
	loops[id].regs = x_regs;
	if (lasts(op)) {
		forget(id);
		return false;
	}
	loops[id].state = x_loop_state(id);
	loops[id].nfeet = op->nfeet;
	for (i = 0; i < op->nfeet && i < FEET; i++)
		loops[id].feet[i] = op->feet[i];
	from = last_pass(id, op, 0);
	if (from < 0 || !changed_back(id, from))
		return false;
	loops[id].from = from;
	loops[id].pure = all_pure(id, from);
	same = loops[id].pass[from].state == loops[id].state;
	if (!same && loops[id].pass[from].rounds + 1 < X.rounds)
		return false;
	if (!tread(op, id, from)) {
		loops[id].from = -1;
		return false;
	}
	if (same && !loops[id].pure) {
		x_livelock_round(op);
	} else if (!same) {
		X.rounds_cut = true;
		if (choose(op, from))
			return false;
		loops[id].may_go = true;
	}
	loops[id].waits = true;
	return false;
}

/* A step was made; what it means is done after this. */
void x_loop_made(const struct x_op *op)
{
	int id = X.cur, from = loops[id].from;
	size_t size = op->size;
	uint16_t rounds = 0;
	struct pass *s;

	loops[id].waits = loops[id].may_go = false;
	if (lasts(op) || loops[id].choosing)
		return;
	if (loops[id].nfeet > FEET) {
		forget(id);
		return;
	}
	if (!size && op->addr)
		size = 8;		/* a lock, a queue, a work */
	/* More rounds count only while what they find is the same. */
	if (from >= 0 && loops[id].pass[from].before ==
			 x_load(op->addr, loops[id].pass[from].size))
		rounds = loops[id].pass[from].rounds + 1;
	s = add(id, op->kind, op->addr, size, op->pc);
	s->rounds = rounds;
	s->state = loops[id].state;
	s->nfeet = loops[id].nfeet;
	memcpy(s->feet, loops[id].feet, sizeof(s->feet));
}
