// SPDX-License-Identifier: GPL-2.0-only
/* Bit locks, and who has taken them. */
#include "engine.h"

/*
 * A bit lock is a bit in a word that others read, so its steps are steps on
 * that word. Lockdep does not see bit locks; neither does order.c.
 */
static void bit_step(unsigned long *word, enum x_kind kind, unsigned long mask,
		     uintptr_t pc)
{
	uintptr_t at = (uintptr_t)word;
	struct x_op op;

	x_settle_value(x_me());
	if (!x_mem_check(at, 8, true, true, pc))
		return;
	if (X.weak && kind == X_OP_BIT_UNLOCK)
		x_weak_fence(pc);
	else if (X.weak)
		x_weak_drain(at, sizeof(*word), pc);
	x_op_memory(&op, kind, at, 8, true, pc);
	op.arg = mask;
	op.blocking = kind == X_OP_BIT_LOCK;
	x_step(&op);
	if (x_mem_check(at, 8, true, false, pc))
		x_race_access(at, 8, X_ACC_WRITE, pc);
}

static void drop_bit(struct x_proc *p, const unsigned long *word,
		     unsigned long mask)
{
	int i, n = 0;

	for (i = 0; i < p->nbits; i++)
		if (p->bits[i].word != word || p->bits[i].mask != mask)
			p->bits[n++] = p->bits[i];
	p->nbits = n;
}

/* Whoever had it before released it, if only by a store of his own. */
static void hold_bit(unsigned long *word, unsigned long mask, uintptr_t pc)
{
	struct x_proc *me = x_me();
	int p;

	for (p = 0; p < X.nprocs; p++)
		drop_bit(&X.proc[p], word, mask);
	x_preempt_more(me, pc);
	if (me->nbits == X_BITS) {
		x_fail(LAB_X_LIMIT, pc, (uintptr_t)word,
		       "%s holds more than %d bit locks", me->name, X_BITS);
		return;
	}
	me->bits[me->nbits++] = (struct x_bit){ word, mask, pc };
}

/* Who took this bit lock by the function for it, or NULL. */
const struct x_proc *x_bit_holder(const unsigned long *word,
				  unsigned long mask, uintptr_t *pc)
{
	const struct x_proc *p;
	int i;

	for (p = X.proc; p < X.proc + X.nprocs; p++)
		for (i = 0; i < p->nbits; i++)
			if (p->bits[i].word == word &&
			    p->bits[i].mask & mask && *word & mask) {
				*pc = p->bits[i].pc;
				return p;
			}
	return NULL;
}

void lab_x_bit_lock(int bit, unsigned long *word)
{
	uintptr_t pc = X_PC();

	x_use(LAB_USED_LOCKS);
	bit_step(word, X_OP_BIT_LOCK, 1UL << bit, pc);
	*word |= 1UL << bit;
	x_order_read((uintptr_t)word, sizeof(*word), true);
	hold_bit(word, 1UL << bit, pc);
}

bool lab_x_bit_trylock(int bit, unsigned long *word)
{
	uintptr_t pc = X_PC();

	x_use(LAB_USED_LOCKS);
	bit_step(word, X_OP_RMW, 1UL << bit, pc);
	x_order_read((uintptr_t)word, sizeof(*word), true);
	if (*word & 1UL << bit)
		return false;
	*word |= 1UL << bit;
	hold_bit(word, 1UL << bit, pc);
	return true;
}

/*
 * The holder's is the only store, so that load and store may be two steps
 * in the kernel; here they are one.
 */
void lab_x_bit_unlock(int bit, unsigned long *word)
{
	const struct x_proc *holder;
	struct x_proc *me = x_me();
	unsigned long mask = 1UL << bit;
	uintptr_t taken, pc = X_PC();

	bit_step(word, X_OP_BIT_UNLOCK, mask, pc);
	holder = x_bit_holder(word, mask, &taken);
	if (!(*word & mask) || (!holder && !me->preempt)) {
		x_fail(LAB_X_LOCK, pc, (uintptr_t)word,
		       "%s releases a bit lock that %s", me->name,
		       *word & mask ? "it has not taken" : "nobody holds");
	} else if (holder && holder != me) {
		x_fail(LAB_X_LOCK, pc, (uintptr_t)word,
		       "%s releases a bit lock that %s holds", me->name,
		       holder->name);
		x_fail_other(holder - X.proc, -1, taken);
	}
	drop_bit(me, word, mask);
	*word &= ~mask;
	x_order_write((uintptr_t)word, sizeof(*word), true, false);
	x_preempt_less(me, pc);
}
