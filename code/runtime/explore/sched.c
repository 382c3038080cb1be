// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes, and one execution.
 *
 * Process 0 sets up and finishes, alone: then steps are made as they come.
 * In between the actors run, and each visible step is a choice of the
 * search. A process runs on its own stack up to its next visible step; the
 * scheduler runs on the stack of whoever got there.
 */
#include <string.h>
#include <sys/param.h>

#include "engine.h"

struct x_engine X = { .low_canary = X_CANARY, .high_canary = X_CANARY };

static struct x_op join_op = { .kind = X_OP_JOIN, .blocking = true };
static struct x_op point_op = { .kind = X_OP_POINT };

void x_foot(struct x_op *op, uint32_t cell, bool write)
{
	if (op->nfeet < X_FEET)
		op->feet[op->nfeet++] = cell << 1 | write;
}

/* Where the object's end would make a difference, a step treads on its life. */
void x_foot_life(struct x_op *op, uintptr_t addr)
{
	uint32_t life = x_lifetime_cell(addr);

	if (life && x_promoted[life])
		x_foot(op, life, false);
}

void x_op_simple(struct x_op *op, enum x_kind kind, uintptr_t addr,
		 bool write, uintptr_t pc)
{
	long index = x_index(addr);

	op->kind = kind;
	op->nfeet = 0;
	op->blocking = false;
	op->addr = addr;
	op->size = 0;
	op->pc = pc;
	op->arg = 0;
	if (index >= 0)
		x_foot(op, index / 4, write);
	x_foot_life(op, addr);
}

/* A write's value is there to be seen at the writer's next hook. */
void x_settle_value(struct x_proc *p)
{
	struct x_event *e;

	x_guard_clock(p);
	if (p->writing >= 0) {
		e = &X.events[p->writing];
		e->value = x_load(e->addr, e->size);
		p->writing = -1;
	}
	if (p->log_writing >= 0) {
		X.log[p->log_writing].value =
			x_load(X.log[p->log_writing].addr,
			       X.log[p->log_writing].size);
		p->log_writing = -1;
	}
	if (X.weak)
		x_weak_settle();
}

static bool all_done(void)
{
	int p;

	for (p = 1; p < X.nprocs; p++)
		if (X.proc[p].kind != 'b' && X.proc[p].state != X_DONE &&
		    X.proc[p].state != X_UNUSED)
			return false;
	return true;
}

static bool children_done(x_set children)
{
	int p;

	for (p = 1; p < X.nprocs; p++)
		if (children >> p & 1 && X.proc[p].state != X_DONE)
			return false;
	return true;
}

/* The process whose CPU it is on. */
int x_cpu_of(const struct x_proc *p)
{
	return p->host >= 0 ? p->host : p - X.proc;
}

/* Whether an interrupt handler is at work on top of it. */
bool x_interrupted(const struct x_proc *p)
{
	return p->has_guest && p->op->kind != X_OP_IRQ_ENTER &&
	       X.proc[x_cpu_of(p)].top != p - X.proc;
}

/* Whether this handler may come now: on top of whoever is at work there. */
static bool may_interrupt(const struct x_proc *handler)
{
	const struct x_proc *top = &X.proc[X.proc[handler->host].top];

	if (top->irq_off || (top->kind == 'i' && !top->soft))
		return false;
	return !handler->soft || (top->kind != 'i' && !top->bh_off);
}

bool x_enabled(int id)
{
	struct x_proc *p = &X.proc[id];
	struct x_op *op = p->op;
	const struct lab_x_lock *l = (void *)op->addr;
	const struct lab_x_waiters *w = (void *)op->addr;

	if (x_interrupted(p) || !x_loop_changed(id))
		return false;
	switch (op->kind) {
	case X_OP_LOCK:
		return !l->owner && !l->readers;
	case X_OP_READ_LOCK:
		return !l->owner;
	case X_OP_BIT_LOCK:
		return !(*(unsigned long *)op->addr & op->arg);
	case X_OP_CALLBACK:
		if (p->kind == 'w' && x_work_runs((void *)op->addr))
			return false;
		/* fall through */
	case X_OP_GP_END:
		return x_sections_over(p);
	case X_OP_RCU_BARRIER:
		return children_done(op->arg);
	case X_OP_WAIT_COMPLETION:
		return w->done;
	case X_OP_WAIT:
		return w->wakes != op->arg;
	case X_OP_WORK:
		return !x_work_runs((void *)op->addr);
	case X_OP_FLUSH_WORK:
		return x_work_idle((void *)op->addr);
	case X_OP_IRQ_ENTER:
		return may_interrupt(p);
	case X_OP_FENCE:
		return x_weak_empty(id);
	case X_OP_COMMIT:
		return x_weak_committable(id);
	case X_OP_JOIN:
		return all_done();
	}
	return true;
}

void x_enter(void)
{
	struct x_proc *me = x_me();

	me->run(me->arg);
	/* Never returns: nobody switches to a process that is done. */
	x_end_execution();
}

void x_dispatch(void)
{
	x_set enabled = 0;
	int p, from = X.cur, next = -1;

	/* A commit is made to what all see, not to what one sees. */
	if (X.weak)
		x_weak_settle();
	for (p = 0; p < X.nprocs; p++) {
		struct x_proc *q = &X.proc[p];

		if (q->state == X_NEW && !(X.guided && p)) {
			next = p;
			goto go;
		}
		if ((q->state == X_NEW && !x_interrupted(q)) ||
		    (q->state == X_PARKED && x_enabled(p)))
			enabled |= X_BIT(p);
	}
	if (X.sequential || enabled == 1) {
		/* Alone: in order. Everybody is done: finish. */
		if (!enabled) {
			x_search_stuck();
			x_end_execution();
		}
		next = enabled >> from & 1 ? from : x_first(enabled);
		if (X.proc[next].kind == 'b') {
			x_weak_commit(next);
			x_dispatch();
			return;
		}
	} else {
		for (;;) {
			if (enabled & ~X_BIT(0))
				next = x_search_choose(enabled & ~X_BIT(0));
			if (next < 0) {
				next = X.cut ? -1 : x_search_stuck();
				if (next < 0)
					x_end_execution();
				goto go;
			}
			/* A guided process is held where nobody can tell. */
			if (X.proc[next].state == X_NEW ||
			    X.proc[next].op->kind == X_OP_POINT)
				break;
			x_search_event(next, X.proc[next].op);
			if (X.proc[next].kind != 'b')
				break;
			x_weak_commit(next);
			x_dispatch();
			return;
		}
	}
go:
	if (next == from && X.proc[next].state == X_PARKED) {
		if (X.weak)
			x_weak_show(next);
		return;
	}
	X.cur = next;
	if (X.proc[next].state == X_NEW)
		X.proc[next].state = X_PARKED;
	if (X.weak)
		x_weak_show(next);
	x_coro_switch(&X.proc[from].sp, X.proc[next].sp);
}

/**
 * x_step() - a visible step: others may come first
 * @op: on the caller's stack; what it does is done when this returns
 */
void x_step(struct x_op *op)
{
	struct x_proc *me = x_me();
	struct x_regs regs = x_regs;

	x_settle_value(me);
	me->unseen = 0;
	if (!X.sequential && x_loop_step(op)) {
		if (X.weak)
			x_weak_show(X.cur);
		return;
	}
	me->op = op;
	if (X.sequential && X.cur == 0 && x_enabled(0))
		return;
	if (me->has_guest) {
		if (op->kind < X_OP_IRQ_OFF || op->kind > X_OP_IRQ_EXIT)
			x_foot(op, X_CELL_IRQ + x_cpu_of(me), false);
		op->blocking = true;
	}
	x_dispatch();
	x_regs = regs;
	if (!X.sequential)
		x_loop_made(op);
}

/* At a labelled point, which is no step: only a guide holds anybody there. */
void x_hold(void)
{
	x_me()->op = &point_op;
	x_dispatch();
}

static void run_main(void *arg)
{
	struct x_proc *me = x_me();
	int p;

	(void)arg;
	X.sequential = true;
	if (lab_scenario.setup)
		lab_scenario.setup();
	x_returned(x_stack_top(0), 0);
	x_settle_value(me);
	X.sequential = false;
	x_start_actors();
	me->op = &join_op;
	x_dispatch();

	X.sequential = true;
	for (p = 1; p < X.nprocs; p++)
		x_join(&me->sync, &X.proc[p].sync);
	if (lab_scenario.finish)
		lab_scenario.finish();
	x_settle_value(me);
	me->op = &join_op;
	x_dispatch();
	x_leaks();
	x_outcome_keep();
	x_end_execution();
}

void x_end_execution(void)
{
	void *dummy;

	X.over = true;
	x_coro_switch(&dummy, X.main_sp);
	__builtin_unreachable();
}

/**
 * x_execute() - one execution, from setting up to the end
 */
void x_execute(void)
{
	bool hard;
	int p;

	x_mem_reset();
	x_coro_wipe();
	for (p = 0; p < (X.nprocs ? X.nprocs : X_PROCS); p++)
		x_clear(&X.proc[p]);
	X.stamp++;
	X.nprocs = 0;
	X.nevents = X.nfailures = X.nlog = 0;
	X.plain_accesses = 0;
	X.failed_allocations = 0;
	X.graces = X.regions = X.hasty = false;
	X.turn = 0;
	X.over = X.cut = X.restart = X.hard = false;
	x_race_reset();
	x_order_reset();
	x_rcu_reset();
	x_weak_reset();
	x_loop_reset();
	x_livelock_reset();
	x_search_reset();
	x_guide_reset();
	x_outcome_reset();
	X.cur = 0;
	x_start(0, 'p', "the scenario itself", run_main, NULL);
	X.proc[0].state = X_PARKED;
	x_coro_switch(&X.main_sp, X.proc[0].sp);
	if (X.restart)
		return;
	/* It is over already: a failure that is found now ends nothing more. */
	hard = X.hard;
	X.hard = false;
	x_order_end();
	x_integrity();
	X.hard = hard;
}
