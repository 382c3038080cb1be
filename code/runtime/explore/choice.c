// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nobody decides: each value of a free choice is explored. It is a step
 * of its own, which depends on nothing, so that the search turns to the next
 * value where it would turn to the next process.
 */
#include "engine.h"

#define MOST 255			/* as a node and a schedule keep it */

unsigned int x_choose(unsigned int n, uintptr_t pc)
{
	struct x_op op;

	if (n > MOST) {
		x_fail(LAB_X_LIMIT, pc, 0,
		       "a choice among %u: the explorer offers %d at most", n,
		       MOST);
		return 0;
	}
	if (X.sequential || n < 2)
		return 0;
	x_op_simple(&op, X_OP_CHOICE, 0, false, pc);
	op.arg = n;
	x_step(&op);
	return X.nodes[X.nevents - 1].value;
}

unsigned int lab_choose(unsigned int n)
{
	return x_choose(n, X_PC());
}

/* An allocation may fail as often as the scenario has it fail, at any time. */
bool x_allocation_fails(uintptr_t pc)
{
	if (X.failed_allocations >= lab_scenario.alloc_failures ||
	    !x_choose(2, pc))
		return false;
	X.failed_allocations++;
	x_note('n', pc, 0, 0, false, "there is no memory: NULL");
	return true;
}
