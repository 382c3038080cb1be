// SPDX-License-Identifier: GPL-2.0-only
/* Who keeps a process from going on, and where they came to do so. */
#include <stdio.h>

#include "engine.h"

static void holder(FILE *out, int proc, uintptr_t pc, bool *first)
{
	fprintf(out, "%s{\"process\":%d,\"pc\":%lu}", *first ? "" : ",", proc,
		(unsigned long)pc);
	*first = false;
}

static bool holds(const struct x_proc *q, const void *lock, uintptr_t *pc)
{
	int i;

	for (i = 0; i < q->nheld; i++) {
		if (q->held[i].lock == lock) {
			*pc = q->held[i].pc;
			return true;
		}
	}
	return false;
}

/* The last step of @q that is like this one; the caller knows that it counts. */
static uintptr_t last_step(int q, enum x_kind kind, uintptr_t addr)
{
	int i;

	for (i = X.nevents - 1; i >= 0; i--)
		if (X.events[i].proc == q && X.events[i].kind == kind &&
		    (!addr || X.events[i].addr == addr))
			return X.events[i].pc;
	return 0;
}

/* One that was taken by hand: whoever changed the word last, then. */
static void bit_holder(FILE *out, uintptr_t addr, unsigned long mask,
		       bool *first)
{
	const struct x_event *e;
	const struct x_proc *p;
	uintptr_t pc;
	int i;

	p = x_bit_holder((unsigned long *)addr, mask, &pc);
	if (p) {
		holder(out, p - X.proc, pc, first);
		return;
	}

	for (i = X.nevents - 1; i >= 0; i--) {
		e = &X.events[i];
		if (e->addr != addr || (e->kind != X_OP_BIT_LOCK &&
					e->kind != X_OP_RMW))
			continue;
		holder(out, e->proc, e->pc, first);
		return;
	}
}

/* Who keeps @proc from going on, and where they came to hold that. */
static void put_holders(FILE *out, int proc)
{
	const struct x_proc *p = &X.proc[proc], *q;
	const struct x_op *op = p->op;
	bool first = true;
	uintptr_t pc;
	int i;

	if (x_interrupted(p)) {
		i = X.proc[x_cpu_of(p)].top;
		holder(out, i, X.proc[i].op->pc, &first);
		return;
	}
	for (i = 0; i < X.nprocs; i++) {
		q = &X.proc[i];
		if (q->state == X_UNUSED)
			continue;
		switch (op->kind) {
		case X_OP_LOCK:
		case X_OP_READ_LOCK:
			if (holds(q, (void *)op->addr, &pc))
				holder(out, i, pc, &first);
			break;
		case X_OP_GP_END:
		case X_OP_CALLBACK:
			if (q->ended < p->waits_for[i])
				holder(out, i, last_step(i, X_OP_RCU_LOCK, 0),
				       &first);
			break;
		case X_OP_RCU_BARRIER:
			if (op->arg >> i & 1 && q->state != X_DONE)
				holder(out, i, 0, &first);
			break;
		case X_OP_WORK:
		case X_OP_FLUSH_WORK:
			if (i != proc && q->kind == 'w' && q->state != X_DONE &&
			    q->start_op.addr == op->addr)
				holder(out, i, 0, &first);
			break;
		case X_OP_IRQ_ENTER:
			if (i == X.proc[p->host].top)
				holder(out, i,
				       last_step(i, X_OP_IRQ_OFF, 0), &first);
			break;
		}
	}
	if (op->kind == X_OP_BIT_LOCK)
		bit_holder(out, op->addr, op->arg, &first);
}

static const char *lock_name(const struct x_op *op)
{
	const struct lab_x_lock *l = (void *)op->addr;

	return (op->kind == X_OP_LOCK || op->kind == X_OP_READ_LOCK) ?
	       l->name : "";
}

/**
 * x_put_blocked() - what a process waits for, for the result
 * @out: the result
 * @proc: which
 * @kinds: names of steps
 */
void x_put_blocked(FILE *out, int proc, const char *const *kinds)
{
	const struct x_op *op = X.proc[proc].op;

	fprintf(out, ",\"waits\":\"%s\",\"pc\":%lu,\"lock\":",
		x_interrupted(&X.proc[proc]) ? "interrupted" :
		x_loop_waits(proc) ? "spin" : kinds[op->kind],
		(unsigned long)op->pc);
	x_put_string(out, lock_name(op));
	fprintf(out, ",\"holders\":[");
	put_holders(out, proc);
	fprintf(out, "]");
}
