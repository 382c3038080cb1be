// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spinlocks, rwlocks, mutexes.
 *
 * A lock's state is in its own memory, so that a lock in a freed object is a
 * use after free like any other. Waiting is exact: who waits is not enabled.
 */
#include <stddef.h>
#include <string.h>

#include "engine.h"

/* Schedules show a lock as one thing (LOCK_AT in described.py). */
_Static_assert(offsetof(struct lab_x_lock, magic) == 8 &&
	       sizeof(struct lab_x_lock) == 24, "described.py has other numbers");

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
		x_preempt_more(me, pc);
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
		x_preempt_more(me, pc);
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
		x_preempt_less(me, pc);
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
	x_preempt_more(me, pc);
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
	x_preempt_less(me, pc);
}
