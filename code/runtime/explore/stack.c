// SPDX-License-Identifier: GPL-2.0-only
/*
 * A variable on a stack dies when its function returns.
 *
 * At each hook it is known where the frames of the explored code begin: what lies
 * below is nobody's variable any more. That a function returned is no step, as
 * long as nobody else ever looked at what it had. Where somebody did, and nothing
 * orders that before the return, the return is a step from then on, like lab_free().
 */
#include "engine.h"

#define MOST_FEET 16

/* What of each stack others have touched, in any execution. */
static struct { uintptr_t from, to; } shared[X_PROCS];

void x_stack_share(uintptr_t addr, size_t size)
{
	int p = (addr - X_STACKS) / X_STACK_PROC;

	if (!shared[p].to || addr < shared[p].from)
		shared[p].from = addr;
	if (addr + size > shared[p].to)
		shared[p].to = addr + size;
}

/* The variables there die as a step, where the search has seen that it matters. */
static void die_visibly(uintptr_t from, uintptr_t to, uintptr_t pc)
{
	uint32_t cell, last = (x_index(to - 1)) / 4;
	struct x_op op;

	x_op_simple(&op, X_OP_FREE, 0, true, pc);
	for (cell = x_index(from) / 4; cell <= last; cell++) {
		if (!x_promoted[cell])
			continue;
		if (op.nfeet == MOST_FEET) {
			x_step(&op);
			x_op_simple(&op, X_OP_FREE, 0, true, pc);
		}
		op.addr = from;
		x_foot(&op, cell, true);
	}
	if (op.nfeet)
		x_step(&op);
}

/**
 * x_returned() - functions have returned
 * @low: where the frames of the explored code begin by now
 * @pc: where that was noticed
 */
void x_returned(uintptr_t low, uintptr_t pc)
{
	struct x_proc *me = x_me();
	uintptr_t from = me->low, to = low;

	if (from < shared[X.cur].from)
		from = shared[X.cur].from;
	if (to > shared[X.cur].to)
		to = shared[X.cur].to;
	if (from < to && !X.sequential) {
		die_visibly(from, to, pc);
		me->low = low;
		x_note('n', pc, 0, 0, false, "its variables are gone: their function has returned");
		x_race_access(from, to - from,
			      X_ACC_WRITE | X_ACC_PLAIN | X_ACC_FREE, pc);
	}
	me->low = low;
}

/* Whether a variable can be there. Above the frames is what the explorer keeps. */
bool x_stack_check(uintptr_t addr, size_t size, bool write, uintptr_t pc)
{
	int q = (addr - X_STACKS) / X_STACK_PROC, event = -1;
	const struct x_proc *owner = &X.proc[q];
	uintptr_t last = 0;

	if (owner->state == X_UNUSED || addr >= owner->low) {
		if (q != X.cur && !X.sequential)
			x_stack_share(addr, size);
		return true;
	}
	x_last_access(addr, q, &event, &last);
	x_fail(LAB_X_USE_AFTER_FREE, pc, addr,
	       "%zu-byte %s of what was a variable on the stack of %s: its function has returned",
	       size, write ? "write" : "read", owner->name);
	x_fail_other(q, event, last);
	return false;
}
