// SPDX-License-Identifier: GPL-2.0-only
/*
 * A livelock of several: each changes something and changes it back, so that
 * each finds something changed, and they go round for ever.
 *
 * Told is nothing less than a cycle of states that can go on for ever although
 * everybody has his turn: all memory and every process are as they were at an
 * earlier round, and who could have moved in between and did not is nobody. If
 * somebody is, it is his turn: only what he does leads to anything new from here on.
 */
#include <sys/param.h>

#include "engine.h"

#define MOST	256			/* rounds that are kept: the last ones */

static struct round {
	uint64_t state;
	int events;
} rounds[MOST];
static int nrounds;

void x_livelock_reset(void)
{
	nrounds = 0;
}

static uint64_t state_of_all(void)
{
	uint64_t h = x_mix(x_memory_state(), X.failed_allocations);
	const struct x_proc *p;
	int i;

	for (i = 1; i < X.nprocs; i++) {
		p = &X.proc[i];
		h = x_mix(h, p->state);
		if (p->state != X_PARKED)
			continue;
		h = x_mix(h, p->op->kind);
		h = x_mix(h, p->op->addr);
		h = x_mix(h, i == X.cur || x_enabled(i));
		h = x_mix(h, x_sections_left(p));
		h = x_mix(h, p->kind == 'b' ? x_weak_state(i) : x_loop_state(i));
	}
	return h;
}

/*
 * Who could move, and has not since the event of that number. Who waits for a lock
 * could when it was free, if only for a moment.
 */
static x_set passed_over(int first)
{
	x_set moved = X_BIT(X.cur), could = 0, over = 0;
	int i;

	for (i = first; i < X.nevents; i++) {
		moved |= X_BIT(X.events[i].proc);
		could |= X.nodes[i].enabled;
	}
	for (i = 1; i < X.nprocs; i++)
		if (!(moved & X_BIT(i)) && X.proc[i].state == X_PARKED &&
		    (x_enabled(i) || (could & X_BIT(i) && !x_loop_waits(i))))
			over |= X_BIT(i);
	return over;
}

/* They can't move just now: it is their turn at the states of the cycle. */
static void end_of_cycle(int first)
{
	int d;

	x_search_waits(0);
	for (d = first; X.mode == X_DPOR && d < X.nevents; d++)
		X.nodes[d].backtrack |= X.nodes[d].enabled;
	X.cut = true;
	x_end_execution();
}

/* All is as it was at the event of that number: what could be new is theirs. */
static void give_turn(x_set over, int first)
{
	int i;

	X.turn = 0;
	for (i = 1; i < X.nprocs; i++)
		if (over & X_BIT(i) && x_enabled(i))
			X.turn |= X_BIT(i);
	if (!X.turn)
		end_of_cycle(first);
}

/**
 * x_livelock_round() - the process at hand comes round, and others have moved
 * @op: its next step
 */
void x_livelock_round(struct x_op *op)
{
	uint64_t state;
	x_set over;
	int i;

	x_me()->op = op;
	state = state_of_all();
	for (i = 0; i < MIN(nrounds, MOST); i++) {
		if (rounds[i].state != state)
			continue;
		over = passed_over(rounds[i].events);
		if (over) {
			if (!X.replay && !X.guided)
				give_turn(over, rounds[i].events);
			break;
		}
		X.hard = true;
		x_fail(LAB_X_LIVELOCK, op->pc, op->addr,
		       "all is as it was %d steps before, and everybody had his turn: so it can go on for ever",
		       X.nevents - rounds[i].events);
	}
	rounds[nrounds++ % MOST] = (struct round){ state, X.nevents };
}
