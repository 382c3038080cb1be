// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spinlocks, rwlocks, mutexes, bit locks; preemption and interrupts off.
 *
 * A lock's state is in its own memory, so that a lock in a freed object is a
 * use after free like any other. Waiting is exact: who waits is not enabled.
 */
#include <string.h>

#include "engine.h"

static void need_lock(const struct lab_x_lock *l, uintptr_t pc)
{
	if (!x_mem_check((uintptr_t)l, sizeof(*l), true, false, pc))
		return;
	if ((uintptr_t)l % 8)
		x_fail(LAB_X_MISALIGNED, pc, (uintptr_t)l,
		       "a lock at a misaligned address: a tagged pointer?");
	else if (l->magic != LAB_X_LOCK_MAGIC)
		x_fail(LAB_X_LOCK, pc, (uintptr_t)l,
		       "a lock that was never initialised, or was overwritten");
	else
		return;
	X.hard = true;
	x_end_execution();
}

static void hold(struct lab_x_lock *l, unsigned int subclass, bool read,
		 uintptr_t pc)
{
	struct x_proc *me = x_me();

	if (me->nheld == X_HELD) {
		x_fail(LAB_X_LIMIT, pc, (uintptr_t)l,
		       "%s holds more than %d locks", me->name, X_HELD);
		return;
	}
	me->held[me->nheld++] = (struct x_held){ l, subclass, read, pc };
}

static void preempt_more(struct x_proc *me, uintptr_t pc)
{
	x_region_enter(pc);
	me->preempt++;
}

/* A release that was wrong has been told; the count goes on from nothing. */
static void preempt_less(struct x_proc *me, uintptr_t pc)
{
	if (me->preempt > 0)
		me->preempt--;
	x_region_leave(pc);
}

static bool drop(struct lab_x_lock *l, bool read)
{
	struct x_proc *me = x_me();
	int i;

	for (i = me->nheld - 1; i >= 0; i--) {
		if (me->held[i].lock != l || me->held[i].read != read)
			continue;
		memmove(&me->held[i], &me->held[i + 1],
			(me->nheld - i - 1) * sizeof(me->held[0]));
		me->nheld--;
		return true;
	}
	return false;
}

bool lab_x_held(const struct lab_x_lock *l)
{
	struct x_proc *me = x_me();
	int i;

	for (i = 0; i < me->nheld; i++)
		if (me->held[i].lock == l)
			return true;
	return false;
}

/*
 * Readers release into a clock of their own: they order the next writer, not
 * one another.
 */
static uintptr_t readers_clock(const struct lab_x_lock *l)
{
	return (uintptr_t)l + 8;
}

static void acquire_all(const struct lab_x_lock *l)
{
	x_acquire(x_sync_at((uintptr_t)l, false));
	x_acquire(x_sync_at(readers_clock(l), false));
}

static void lock_step(struct lab_x_lock *l, enum x_kind kind, bool write,
		      uintptr_t pc)
{
	struct x_op op;

	x_settle_value(x_me());
	need_lock(l, pc);
	if (X.weak && (kind == X_OP_UNLOCK || kind == X_OP_READ_UNLOCK))
		x_weak_fence(pc);
	x_op_simple(&op, kind, (uintptr_t)l, write, pc);
	op.blocking = kind == X_OP_LOCK || kind == X_OP_READ_LOCK;
	x_step(&op);
	need_lock(l, pc);
	x_race_access((uintptr_t)l, 4, X_ACC_WRITE, pc);
}

/*
 * Plain writes: who finds the lock must not find it before them. The first time
 * is no step. After that it is one: the lock may be somebody's, and forgets them.
 */
void lab_x_lock_init(struct lab_x_lock *l, const char *name)
{
	uintptr_t pc = X_PC();

	x_settle_value(x_me());
	if (!x_mem_check((uintptr_t)l, sizeof(*l), true, false, pc))
		return;
	if (l->magic == LAB_X_LOCK_MAGIC) {
		lock_step(l, X_OP_LOCK_INIT, true, pc);
		X.hard |= l->owner || l->readers;
		if (X.hard)
			x_fail(LAB_X_LOCK, pc, (uintptr_t)l,
			       "%s initialises %s anew, which is held",
			       x_me()->name, l->name);
	}
	x_race_access((uintptr_t)l, sizeof(*l), X_ACC_WRITE | X_ACC_PLAIN, pc);
	*l = (struct lab_x_lock){ .magic = LAB_X_LOCK_MAGIC, .name = name };
}

void lab_x_lock(struct lab_x_lock *l, unsigned int subclass, bool sleeps)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	x_use(LAB_USED_LOCKS);
	if (sleeps) {
		x_use(LAB_USED_WAITS);
		x_might_sleep(pc);
	}
	need_lock(l, pc);
	x_order_lock(l, subclass, false, false, pc);
	lock_step(l, X_OP_LOCK, true, pc);
	l->owner = X.cur + 1;
	acquire_all(l);
	hold(l, subclass, false, pc);
	if (!sleeps)
		preempt_more(me, pc);
}

bool lab_x_trylock(struct lab_x_lock *l, bool sleeps)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	x_use(LAB_USED_LOCKS);
	if (sleeps && (me->kind == 'i' || me->kind == 'c'))
		x_fail(LAB_X_LOCK, pc, (uintptr_t)l,
		       "%s tries a mutex: only a task may hold one, and %s is none",
		       me->name, me->kind == 'i' ? "an interrupt handler" :
		       "an RCU callback");
	lock_step(l, X_OP_TRYLOCK, true, pc);
	if (l->owner || l->readers)
		return false;
	x_order_lock(l, 0, false, true, pc);
	l->owner = X.cur + 1;
	acquire_all(l);
	hold(l, 0, false, pc);
	if (!sleeps)
		preempt_more(me, pc);
	return true;
}

/*
 * mutex_unlock() looks at the mutex until it returns, also when the next holder
 * has it by then. It looks where no other step of a lock writes.
 */
static void still_looks(const struct lab_x_lock *l, uintptr_t pc)
{
	x_plain((uintptr_t)&l->magic, sizeof(l->magic), false, true, pc);
}

void lab_x_unlock(struct lab_x_lock *l, bool sleeps)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	need_lock(l, pc);
	if (l->owner != (unsigned int)X.cur + 1) {
		x_fail(LAB_X_LOCK, pc, (uintptr_t)l,
		       "%s releases %s, which %s", me->name, l->name,
		       l->owner ? "somebody else holds" : "nobody holds");
		if (!l->owner)
			return;
	}
	lock_step(l, X_OP_UNLOCK, true, pc);
	drop(l, false);
	x_release(x_sync_at((uintptr_t)l, true));
	l->owner = 0;
	if (!sleeps)
		preempt_less(me, pc);
	else
		still_looks(l, pc);
}

void lab_x_read_lock(struct lab_x_lock *l)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	x_use(LAB_USED_LOCKS);
	need_lock(l, pc);
	x_order_lock(l, 0, true, false, pc);
	lock_step(l, X_OP_READ_LOCK, false, pc);
	l->readers++;
	x_acquire(x_sync_at((uintptr_t)l, false));
	hold(l, 0, true, pc);
	preempt_more(me, pc);
}

void lab_x_read_unlock(struct lab_x_lock *l)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	need_lock(l, pc);
	if (!drop(l, true)) {
		x_fail(LAB_X_LOCK, pc, (uintptr_t)l,
		       "%s releases %s, which it does not hold for reading",
		       me->name, l->name);
		return;
	}
	lock_step(l, X_OP_READ_UNLOCK, false, pc);
	x_release(x_sync_at(readers_clock(l), true));
	l->readers--;
	preempt_less(me, pc);
}

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
	preempt_more(me, pc);
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
	preempt_less(me, pc);
}

void lab_x_preempt(int by)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	x_settle_value(me);
	if (by > 0)
		preempt_more(me, pc);
	else if (me->preempt)
		preempt_less(me, pc);
	else
		x_fail(LAB_X_LOCK, pc, 0,
		       "%s enables preemption that nobody disabled", me->name);
}

/* Spinlocks count, as in the kernel; interrupts and sections don't. */
int lab_x_preempt_count(void)
{
	return x_me()->preempt;
}

/* It keeps handlers of a sort away from now on, or no longer. */
static void irq_clocks(struct x_proc *me, bool soft, bool was, bool is)
{
	x_clock *clock = &X.proc[x_cpu_of(me)].irq[soft];

	if (is && !was)
		x_acquire(clock);
	else if (was && !is)
		x_release(clock);
}

/* The flag is as it was said last; bottom halves are counted. */
bool lab_x_irq(enum lab_x_irq how)
{
	struct x_proc *me = x_me();
	bool irq_off = me->irq_off, was = irq_off, hard = me->kind == 'i' && !me->soft;
	uintptr_t pc = X_PC();
	int bh_off = me->bh_off;
	struct x_op op;
	bool soft_was, soft_is;

	x_settle_value(me);
	if ((how == LAB_X_IRQ_ON && (!irq_off || hard)) ||
	    (how == LAB_X_BH_ON && !bh_off)) {
		x_fail(LAB_X_LOCK, pc, 0, "%s enables %s%s", me->name,
		       how == LAB_X_IRQ_ON ? "interrupts" : "bottom halves",
		       hard && irq_off ? ", and is a hard interrupt itself" :
		       " that nobody disabled");
		return was;
	}
	/* Softirqs that waited would run here, as if interrupts were on. */
	if (how == LAB_X_BH_ON && irq_off)
		x_fail(LAB_X_LOCK, pc, 0,
		       "%s enables bottom halves while interrupts are off", me->name);
	if (how == LAB_X_IRQ_ON || how == LAB_X_IRQ_OFF)
		irq_off = how == LAB_X_IRQ_OFF;
	else
		bh_off += how == LAB_X_BH_OFF ? 1 : -1;
	if (irq_off || bh_off)
		x_region_enter(pc);
	soft_was = me->irq_off || me->bh_off;
	soft_is = irq_off || bh_off;
	if (me->has_guest && (irq_off != me->irq_off || soft_is != soft_was)) {
		x_op_simple(&op, irq_off > me->irq_off || soft_is > soft_was ?
			    X_OP_IRQ_OFF : irq_off == me->irq_off ?
			    X_OP_BH_ON : X_OP_IRQ_ON, 0, false, pc);
		x_step(&op);
		irq_clocks(me, false, me->irq_off, irq_off);
		if (me->kind != 'i')
			irq_clocks(me, true, soft_was, soft_is);
	}
	me->irq_off = irq_off;
	me->bh_off = bh_off;
	x_region_leave(pc);
	return was;
}

bool lab_x_irqs_off(void)
{
	return x_me()->irq_off;
}

/* Why this process must not sleep just now, as the kernel would see it. */
bool x_in_atomic(const struct x_proc *p, const char **why)
{
	if (p->kind == 'c')
		*why = "an RCU callback";
	else if (p->kind == 'i')
		*why = "an interrupt handler";
	else if (p->rcu)
		*why = "an RCU read-side critical section";
	else if (p->irq_off || p->bh_off)
		*why = p->irq_off ? "a section with interrupts off" :
		       "a section with bottom halves off";
	else if (p->preempt)
		*why = "a section with a spinlock held or preemption off";
	else
		return false;
	return true;
}

/* @pc is where the explored code was: not where we are, who sleep for it. */
void x_might_sleep(uintptr_t pc)
{
	const char *why;

	if (x_in_atomic(x_me(), &why))
		x_fail(LAB_X_SLEEP, pc, 0, "%s may sleep, in %s",
		       x_me()->name, why);
}

void lab_x_might_sleep(void)
{
	x_might_sleep(X_PC());
}
