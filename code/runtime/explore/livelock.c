// SPDX-License-Identifier: GPL-2.0-only
/*
 * A livelock of several: each changes something and changes it back, so that
 * each finds something changed, and they go round for ever.
 *
 * Told is nothing less than a cycle of states that can go on for ever although
 * everybody has his turn: all memory and every process are as they were at an
 * earlier round, and who could have moved in between and did not is nobody.
 */
#include "engine.h"

#define MOST	256			/* rounds of one execution */

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
	uint64_t h = x_memory_state();
	const struct x_proc *p;
	int i, q;

	for (i = 1; i < X.nprocs; i++) {
		p = &X.proc[i];
		h = x_mix(h, p->state);
		if (p->state != X_PARKED)
			continue;
		h = x_mix(h, p->op->kind);
		h = x_mix(h, p->op->addr);
		h = x_mix(h, i == X.cur || x_enabled(i));
		h = x_mix(h, x_loop_state(i));
		for (q = 1; q < X.nprocs; q++)
			h = x_mix(h, X.proc[q].ended < p->waits_for[q]);
	}
	return X.weak ? x_weak_state(h) : h;
}

/*
 * Has everybody moved who could have, at any time since the event of that
 * number? Also who waits for a lock that is only now and then to be had.
 */
static bool fair_since(int first)
{
	x_set moved = X_BIT(X.cur), could = 0;
	int i;

	for (i = first; i < X.nevents; i++) {
		moved |= X_BIT(X.events[i].proc);
		could |= X.nodes[i].enabled;
	}
	for (i = 1; i < X.nprocs; i++)
		if (X.proc[i].state == X_PARKED && x_enabled(i))
			could |= X_BIT(i);
	return !(could & ~moved);
}

/*
 * All is as it was, but somebody could have moved in between and did not. What
 * comes of this state is known from the first time; there, he moves.
 */
static void let_others(int first)
{
	int i;

	if (X.replay || X.guided)
		return;
	for (i = first; i < X.nevents && X.mode == X_DPOR; i++)
		X.nodes[i].backtrack |= X.nodes[i].enabled &
					~X.nodes[i].barred;
	X.cut = true;
	x_end_execution();
}

/**
 * x_livelock_round() - the process at hand comes round, and others have moved
 * @op: its next step
 */
void x_livelock_round(const struct x_op *op)
{
	uint64_t state = state_of_all();
	int i;

	for (i = 0; i < nrounds; i++) {
		if (rounds[i].state != state)
			continue;
		if (!fair_since(rounds[i].events)) {
			let_others(rounds[i].events);
			continue;
		}
		X.hard = true;
		x_fail(LAB_X_LIVELOCK, op->pc, op->addr,
		       "all is as it was %d steps before, and everybody had his turn: so it can go on for ever",
		       X.nevents - rounds[i].events);
	}
	if (nrounds < MOST)
		rounds[nrounds++] = (struct round){ state, X.nevents };
}
