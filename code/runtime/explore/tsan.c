// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiler's hooks. With -fsanitize=thread it calls one of these before
 * each access to memory, and instead of each atomic operation; libtsan is
 * not linked.
 *
 * A marked access (READ_ONCE, WRITE_ONCE, atomics) is a visible step. A
 * plain access is one only where plain accesses were seen to race: elsewhere
 * its place among the others' steps makes no difference.
 */
#include <string.h>

#include "engine.h"

#define MAX_PLAIN 200000
#define UNSEEN 5000			/* so often, and it may wait for another */

/* As the compilers pass them. */
enum { RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST };

static bool acquires(int mo)
{
	return mo == CONSUME || mo == ACQUIRE || mo >= ACQ_REL;
}

static bool releases(int mo)
{
	return mo >= RELEASE;
}

static bool promoted(uintptr_t addr, size_t size)
{
	long index = x_index(addr), cell;

	for (cell = index / 4; cell <= (long)(index + size - 1) / 4; cell++)
		if (x_promoted[cell])
			return true;
	cell = x_lifetime_cell(addr);
	return cell && x_promoted[cell];
}

/*
 * A store that is delayed treads on no place yet: its commit will. But whether
 * the object still lives is asked now.
 */
static void delayed(struct x_op *op)
{
	if (!X.weak || op->kind != X_OP_WRITE ||
	    op->addr - X_STACKS < X_STACKS_SIZE)
		return;
	op->nfeet = 0;
	x_foot_life(op, op->addr);
}

/*
 * What kind of access a plain one is. With --rule kcsan as in KCSAN's default
 * configuration: an aligned write of a word at most is taken for a marked one.
 */
static int plain_access(uintptr_t addr, size_t size, bool write, bool typed)
{
	int acc = write ? X_ACC_WRITE : 0;

	if (addr - (x_stack_top(X.cur) - X_STACK_PROC) < X_STACK_PROC)
		return acc | X_ACC_PLAIN;
	if (x_me()->data_race)
		return acc | X_ACC_PLAIN | X_ACC_KNOWN;
	if (X.word_writes && write && typed && addr % size == 0)
		return acc;
	return acc | X_ACC_PLAIN;
}

void lab_x_data_race(int by)
{
	x_me()->data_race += by;
}

void x_plain(uintptr_t addr, size_t size, bool write, bool typed,
		  uintptr_t pc)
{
	int acc = plain_access(addr, size, write, typed);
	struct x_op op;
	bool visible;

	x_settle_value(x_me());
	if (!x_mem_check(addr, size, write, typed, pc))
		return;
	if (x_index(addr) < 0 || X.sequential)
		return;
	/* Where no race is told, none makes a step of it. */
	visible = acc != (X_ACC_PLAIN | (write ? X_ACC_WRITE : 0)) ||
		  promoted(addr, size);
	if (visible) {
		x_op_memory(&op, write ? X_OP_WRITE : X_OP_READ, addr, size,
			    write, pc);
		delayed(&op);
		x_step(&op);
		if (!x_mem_check(addr, size, write, false, pc))
			return;
	} else {
		if (X.weak)
			x_weak_show(X.cur);
		x_note('p', pc, addr, size, write, NULL);
		if (write)
			x_loop_plain(addr, size, pc);
		else if (++x_me()->unseen > UNSEEN)
			x_promote_wait(addr, size);
		if (!x_loop_alone() && ++X.plain_accesses > MAX_PLAIN)
			x_fail(LAB_X_ENDLESS, pc, addr,
			       "%s makes more than %d accesses in one execution: a loop that never ends?",
			       x_me()->name, MAX_PLAIN);
	}
	x_race_access(addr, size, acc, pc);
	if (write && (visible || (X.weak && x_weak_delays(addr, size))))
		x_weak_store(addr, size, X_STORE_PLAIN, pc);
}

/* Up to the moment at which the access itself may be made. */
static void marked(enum x_kind kind, uintptr_t addr, size_t size,
		   uintptr_t pc)
{
	bool write = kind != X_OP_READ;
	struct x_op op;

	if (kind == X_OP_RMW)
		x_use(LAB_USED_RMWS);
	x_settle_value(x_me());
	if (!x_mem_check(addr, size, write, true, pc))
		return;
	x_op_memory(&op, kind, addr, size, write, pc);
	delayed(&op);
	x_step(&op);
	x_mem_check(addr, size, write, false, pc);
}

static void volatile_access(uintptr_t addr, size_t size, bool write,
			    uintptr_t pc)
{
	marked(write ? X_OP_WRITE : X_OP_READ, addr, size, pc);
	x_race_access(addr, size, write ? X_ACC_WRITE : 0, pc);
	if (!write) {
		x_order_read(addr, size, true);
		return;
	}
	if (!x_weak_store(addr, size, X_STORE_MARKED, pc))
		x_order_write(addr, size, false, false);
}

void x_range(uintptr_t addr, size_t size, bool write, uintptr_t pc)
{
	size_t n;

	for (; size; size -= n, addr += n) {
		n = 8 - addr % 8;
		if (n > size)
			n = size;
		x_plain(addr, n, write, false, pc);
	}
}

#define HOOK(size)							\
void __tsan_read##size(void *a);					\
void __tsan_read##size(void *a)						\
{ x_plain((uintptr_t)a, size, false, true, X_PC()); }			\
void __tsan_write##size(void *a);					\
void __tsan_write##size(void *a)					\
{ x_plain((uintptr_t)a, size, true, true, X_PC()); }			\
void __tsan_read_write##size(void *a);					\
void __tsan_read_write##size(void *a)					\
{ x_plain((uintptr_t)a, size, false, true, X_PC());			\
  x_plain((uintptr_t)a, size, true, true, X_PC()); }			\
void __tsan_unaligned_read##size(void *a);				\
void __tsan_unaligned_read##size(void *a)				\
{ x_range((uintptr_t)a, size, false, X_PC()); }				\
void __tsan_unaligned_write##size(void *a);				\
void __tsan_unaligned_write##size(void *a)				\
{ x_range((uintptr_t)a, size, true, X_PC()); }				\
void __tsan_volatile_read##size(void *a);				\
void __tsan_volatile_read##size(void *a)				\
{ volatile_access((uintptr_t)a, size, false, X_PC()); }			\
void __tsan_volatile_write##size(void *a);				\
void __tsan_volatile_write##size(void *a)				\
{ volatile_access((uintptr_t)a, size, true, X_PC()); }			\
void __tsan_unaligned_volatile_read##size(void *a);			\
void __tsan_unaligned_volatile_read##size(void *a)			\
{ volatile_access((uintptr_t)a, size, false, X_PC()); }			\
void __tsan_unaligned_volatile_write##size(void *a);			\
void __tsan_unaligned_volatile_write##size(void *a)			\
{ volatile_access((uintptr_t)a, size, true, X_PC()); }

HOOK(1) HOOK(2) HOOK(4) HOOK(8)

void __tsan_read16(void *a);
void __tsan_read16(void *a)
{
	x_range((uintptr_t)a, 16, false, X_PC());
}

void __tsan_write16(void *a);
void __tsan_write16(void *a)
{
	x_range((uintptr_t)a, 16, true, X_PC());
}

void __tsan_read_range(void *a, size_t size);
void __tsan_read_range(void *a, size_t size)
{
	x_range((uintptr_t)a, size, false, X_PC());
}

void __tsan_write_range(void *a, size_t size);
void __tsan_write_range(void *a, size_t size)
{
	x_range((uintptr_t)a, size, true, X_PC());
}

/* What a read-modify-write means, once it has been made. */
static void rmw(uintptr_t a, size_t size, int mo, uintptr_t pc)
{
	x_race_access(a, size, X_ACC_WRITE, pc);
	x_order_read(a, size, acquires(mo));
	if (mo == SEQ_CST)
		x_order_fence(true, true);
	x_order_write(a, size, releases(mo), true);
}

/* Full and release read-modify-writes wait for the stores before them. */
#define BEFORE_RMW(a, mo) do {						\
	if (X.weak && releases(mo))					\
		x_weak_fence(X_PC());					\
	else if (X.weak)						\
		x_weak_drain((uintptr_t)(a), sizeof(*(a)), X_PC());	\
} while (0)

#define ATOMIC_FETCH(bits, T, name, expr)				\
T __tsan_atomic##bits##_##name(volatile T *a, T v, int mo);		\
T __tsan_atomic##bits##_##name(volatile T *a, T v, int mo)		\
{									\
	T old, new;							\
									\
	BEFORE_RMW(a, mo);						\
	marked(X_OP_RMW, (uintptr_t)a, sizeof(T), X_PC());		\
	old = *a;							\
	new = (expr);							\
	*a = new;							\
	rmw((uintptr_t)a, sizeof(T), mo, X_PC());			\
	return old;							\
}

#define ATOMIC_CAS(bits, T, name)					\
int __tsan_atomic##bits##_compare_exchange_##name(volatile T *a, T *c,	\
		T v, int mo, int fmo);					\
int __tsan_atomic##bits##_compare_exchange_##name(volatile T *a, T *c,	\
		T v, int mo, int fmo)					\
{									\
	T old;								\
	bool same;							\
									\
	/* Where the compiler keeps what is expected: a local variable. */ \
	if (!x_mem_check((uintptr_t)c, sizeof(T), true, true, X_PC()))	\
		return 0;						\
	old = cas##bits(a, *c, v, mo, fmo, X_PC());			\
	same = old == *c;						\
	if (!same)							\
		*c = old;						\
	return same;							\
}

#define ATOMICS(bits, T)						\
T __tsan_atomic##bits##_load(const volatile T *a, int mo);		\
T __tsan_atomic##bits##_load(const volatile T *a, int mo)		\
{									\
	(void)mo;							\
	volatile_access((uintptr_t)a, sizeof(T), false, X_PC());	\
	return *a;							\
}									\
void __tsan_atomic##bits##_store(volatile T *a, T v, int mo);		\
void __tsan_atomic##bits##_store(volatile T *a, T v, int mo)		\
{									\
	uintptr_t at = (uintptr_t)a, pc = X_PC();			\
									\
	marked(X_OP_WRITE, at, sizeof(T), pc);				\
	x_race_access(at, sizeof(T), X_ACC_WRITE, pc);			\
	if (!x_weak_store(at, sizeof(T), releases(mo) ?			\
			  X_STORE_RELEASE : X_STORE_MARKED, pc))	\
		x_order_write(at, sizeof(T), releases(mo), false);	\
	*a = v;								\
	x_settle_value(x_me());						\
	if (X.weak && mo == SEQ_CST)					\
		x_weak_fence(pc);					\
}									\
ATOMIC_FETCH(bits, T, exchange, v)					\
ATOMIC_FETCH(bits, T, fetch_add, old + v)				\
ATOMIC_FETCH(bits, T, fetch_sub, old - v)				\
ATOMIC_FETCH(bits, T, fetch_and, old & v)				\
ATOMIC_FETCH(bits, T, fetch_or, old | v)				\
ATOMIC_FETCH(bits, T, fetch_xor, old ^ v)				\
ATOMIC_FETCH(bits, T, fetch_nand, ~(old & v))				\
static T cas##bits(volatile T *a, T c, T v, int mo, int fmo, uintptr_t pc) \
{									\
	T old;								\
									\
	(void)fmo;							\
	BEFORE_RMW(a, mo);						\
	marked(X_OP_RMW, (uintptr_t)a, sizeof(T), pc);			\
	old = *a;							\
	if (old == c) {							\
		*a = v;							\
		rmw((uintptr_t)a, sizeof(T), mo, pc);			\
	} else {							\
		x_race_access((uintptr_t)a, sizeof(T), 0, pc);		\
		x_order_read((uintptr_t)a, sizeof(T), acquires(mo));	\
	}								\
	return old;							\
}									\
T __tsan_atomic##bits##_compare_exchange_val(volatile T *a, T c, T v,	\
		int mo, int fmo);					\
T __tsan_atomic##bits##_compare_exchange_val(volatile T *a, T c, T v,	\
		int mo, int fmo)					\
{									\
	return cas##bits(a, c, v, mo, fmo, X_PC());			\
}									\
ATOMIC_CAS(bits, T, strong)						\
ATOMIC_CAS(bits, T, weak)

ATOMICS(8, uint8_t)
ATOMICS(16, uint16_t)
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)

void __tsan_atomic_thread_fence(int mo);
void __tsan_atomic_thread_fence(int mo)
{
	struct x_proc *me = x_me();

	x_settle_value(me);
	x_order_fence(acquires(mo), releases(mo));
	if (X.weak && releases(mo))
		x_weak_fence(X_PC());
}

void __tsan_atomic_signal_fence(int mo);
void __tsan_atomic_signal_fence(int mo)
{
	(void)mo;
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *pc)
{
	(void)pc;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}

void __tsan_vptr_update(void **a, void *v);
void __tsan_vptr_update(void **a, void *v)
{
	(void)v;
	x_range((uintptr_t)a, 8, true, X_PC());
}
