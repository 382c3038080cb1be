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
#define TOLD		16		/* steps of it that a report shows */
#define MOST_ALONE	2000000		/* steps of a loop that goes on by itself */

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
	uint64_t loop;			/* that goes on alone: where it is */
	/* Of the step that it is about to make. */
	int from;			/* pass that it comes round to, -1: none */
	bool waits, may_go, pure, choosing, probes;
	struct x_regs regs;
	uint64_t state;
	int nfeet;			/* more than FEET: it can't be kept */
	uint32_t feet[FEET];
} loops[X_PROCS];

struct x_regs x_regs;

/* Loops that went on for MOST_ALONE steps, in any execution so far. */
static uint64_t endless[64];
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

/* It wrote to what is freed by now, or new since: that needs no changing back. */
static bool passing(int id, const struct pass *s, int since)
{
	int o = x_object_at(s->addr);

	return o >= 0 && (X.objects[o].dead ||
			  (X.objects[o].alloc_proc == id &&
			   X.objects[o].alloc_event >= since));
}

/* Is each place that was written to since as it was? */
static bool changed_back(int id, int from)
{
	const struct pass *s, *t, *last;
	int i, j;

	for (i = from; i < loops[id].n; i++) {
		s = &loops[id].pass[i];
		if (s->pure || !s->size ||
		    passing(id, s, loops[id].pass[from].event))
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
			/* One is left for what x_step() adds. */
			if (k == X_FEET - 1)
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
 * x_loop_probes() - nobody can go on: does @id, who counts, to see what comes of it?
 *
 * It has chosen to wait, and nobody has changed what it looks at. If its loop has an
 * end, it comes to it elsewhere, where it went on at once, and this execution is cut
 * then; if it has none, that is a livelock, and nowhere else need it have been one:
 * others could go on there.
 */
bool x_loop_probes(int id)
{
	if (!loops[id].waits || !loops[id].may_go)
		return false;
	loops[id].waits = false;
	loops[id].probes = true;
	loops[id].alone = 1;
	X.cut = !x_enabled(id);
	return true;
}

/* Its loop has an end: what comes next is known from where it went on at once. */
void x_loop_probed(void)
{
	if (!loops[X.cur].probes)
		return;
	X.cut = true;
	x_end_execution();
}

bool x_loop_waits(int id)
{
	return loops[id].waits;
}

/**
 * x_loop_lets_in() - another round of a loop that waits would let somebody go on
 * @id: who waits in a loop
 * @q: who can't go on, as things are now
 *
 * It stopped in the middle of its round: with a lock that it gives up and takes
 * again, or with interrupts off. A lock is fair: whoever waits for it gets it some day.
 */
bool x_loop_lets_in(int id, int q)
{
	const struct pass *s;
	int i, j, k;

	if ((!loops[id].waits && !loops[id].alone) || loops[id].pure ||
	    id == q || X.proc[q].state != X_PARKED || !x_loop_changed(q))
		return false;
	for (i = loops[id].from; i < loops[id].n; i++) {
		s = &loops[id].pass[i];
		for (j = 0; j < s->nfeet && !s->pure; j++)
			for (k = 0; k < X.proc[q].op->nfeet; k++)
				if (!((s->feet[j] ^ X.proc[q].op->feet[k]) >> 1) &&
				    ((s->feet[j] | X.proc[q].op->feet[k]) & 1))
					return true;
	}
	return false;
}

/* Which loop that is, and what it looks at. */
static uint64_t loop_of(int id)
{
	uint64_t h = loops[id].loop;
	const struct pass *s;
	int i;

	for (i = loops[id].from; i < loops[id].n; i++) {
		s = &loops[id].pass[i];
		if (s->pure)
			h = x_mix(h, x_load(s->addr, s->size));
	}
	return h;
}

static bool known_endless(uint64_t loop)
{
	int i;

	for (i = 0; i < nendless; i++)
		if (endless[i] == loop)
			return true;
	return false;
}

/* Somebody else can go on, or could in another round. */
static bool others_can(void)
{
	int p;

	for (p = 1; p < X.nprocs; p++)
		if (p != X.cur && X.proc[p].state == X_PARKED &&
		    (x_enabled(p) || x_loop_lets_in(X.cur, p)))
			return true;
	return false;
}

/* Not a fair execution: the others will go on some day. */
static void give_up_alone(void)
{
	uint64_t loop = loop_of(X.cur);

	if (nendless < (int)(sizeof(endless) / sizeof(endless[0])) &&
	    !known_endless(loop))
		endless[nendless++] = loop;
	X.endless_cut = true;
	X.cut = true;
	x_end_execution();
}

static void too_long_alone(uintptr_t pc, uintptr_t addr)
{
	if (!others_can()) {
		X.hard = true;
		x_fail(LAB_X_LIVELOCK, pc, addr,
		       "%s goes round for ever, and nobody is left who could change what it looks at",
		       x_me()->name);
	}
	give_up_alone();
}

/**
 * x_loop_used_up() - there is too little of something for so many rounds
 * @pc: where that was noticed
 *
 * Does not return if the running process goes round by itself.
 */
void x_loop_used_up(uintptr_t pc)
{
	if (loops[X.cur].alone)
		too_long_alone(pc, 0);
}

bool x_loop_alone(void)
{
	return loops[X.cur].alone;
}

/* A step of so late a round that nobody wants to read it. */
bool x_loop_untold(void)
{
	return loops[X.cur].alone > TOLD;
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
		x_loop_probed();
		forget(X.cur);
		return false;
	}
	X.alone++;
	if (loops[X.cur].alone == TOLD)
		x_note('n', op->pc, 0, 0, false, "and so on, round after round");
	if (++loops[X.cur].alone > MOST_ALONE)
		too_long_alone(op->pc, op->addr);
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
	loops[id].loop = x_mix(x_mix(op->pc, op->addr),
			       x_mix(id, loops[id].regs.sp));
	loops[id].alone = 1;
	if (known_endless(loop_of(id)) && others_can())
		give_up_alone();
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
