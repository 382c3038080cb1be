// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects with lifetimes, and whether an address is any good.
 *
 * Each process allocates from a region of its own, upwards: an address then
 * depends on what that process did, not on who came first, and executions
 * that differ only in the order of independent steps see the same addresses.
 * What was freed is not used again, unless asked for (--reuse): a stale
 * pointer then always leads to a dead object. Reuse shows ABA.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine.h"
#include "lab.h"

#define MAX_OBJECTS	4096
#define MANY_OBJECTS	256		/* so many that no scenario needs them */
#define REDZONE		16
#define POISON		0x5a

/* The explored code's globals: the linker gathers them for us. */
extern char __start_lab_data[] __attribute__((weak));
extern char __stop_lab_data[] __attribute__((weak));
extern char __start_lab_bss[] __attribute__((weak));
extern char __stop_lab_bss[] __attribute__((weak));
extern char __executable_start[], etext[], end[];

uint8_t *x_promoted;
static char *data_copy;
static uint16_t *object_map;		/* of 8-byte granules, id + 1 */
static struct { uintptr_t base; uint32_t size; } freed[X_PROCS][64];
static int nfreed[X_PROCS];

static void *reserve(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		       MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) {
		x_say("explore: no memory\n");
		exit(3);
	}
	return p;
}

void x_mem_init(void)
{
	size_t data = __stop_lab_data - __start_lab_data;
	size_t bss = __stop_lab_bss - __start_lab_bss;

	if (data + bss > X_GLOBALS_MAX) {
		x_say("explore: more than 1 MiB of global variables\n");
		exit(2);
	}
	data_copy = malloc(data + 1);
	memcpy(data_copy, __start_lab_data, data);
	object_map = reserve(X_ARENA_SIZE / 8 * sizeof(*object_map));
	x_promoted = reserve(X_CELLS);
	X.objects = calloc(MAX_OBJECTS, sizeof(*X.objects));
}

void x_mem_reset(void)
{
	uintptr_t at;
	int p;

	memcpy(__start_lab_data, data_copy, __stop_lab_data - __start_lab_data);
	memset(__start_lab_bss, 0, __stop_lab_bss - __start_lab_bss);
	for (p = 0; p < X_PROCS; p++) {
		nfreed[p] = 0;
		if (!X.proc[p].mem_used)
			continue;
		at = X_ARENA + p * X_ARENA_PROC;
		memset((void *)at, 0, X.proc[p].mem_used);
		memset(object_map + (at - X_ARENA) / 8, 0,
		       X.proc[p].mem_used / 8 * sizeof(*object_map));
	}
	X.nobjects = 0;
}

/* Where an address is in the tables, or -1. */
long x_index(uintptr_t addr)
{
	if (addr - X_ARENA < X_ARENA_SIZE)
		return addr - X_ARENA;
	if (addr - X_STACKS < X_STACKS_SIZE)
		return X_ARENA_SIZE + (addr - X_STACKS);
	if (addr - (uintptr_t)__start_lab_data <
	    (uintptr_t)(__stop_lab_data - __start_lab_data))
		return X_ARENA_SIZE + X_STACKS_SIZE +
		       (addr - (uintptr_t)__start_lab_data);
	if (addr - (uintptr_t)__start_lab_bss <
	    (uintptr_t)(__stop_lab_bss - __start_lab_bss))
		return X_ARENA_SIZE + X_STACKS_SIZE +
		       (((uintptr_t)(__stop_lab_data - __start_lab_data) + 7) & ~7UL) +
		       (addr - (uintptr_t)__start_lab_bss);
	return -1;
}

int x_object_at(uintptr_t addr)
{
	if (addr - X_ARENA >= X_ARENA_SIZE)
		return -1;
	return (int)object_map[(addr - X_ARENA) / 8] - 1;
}

/* The redzone below an object stands for its lifetime. */
uint32_t x_lifetime_cell(uintptr_t addr)
{
	int o = x_object_at(addr);

	return o < 0 ? 0 : (X.objects[o].base - 8 - X_ARENA) / 4;
}

bool x_readable(uintptr_t addr, size_t size)
{
	uintptr_t in_stack = (addr - X_STACKS) % X_STACK_PROC;

	if (addr - X_ARENA < X_ARENA_SIZE - size)
		return true;
	if (addr - X_STACKS < X_STACKS_SIZE)
		return in_stack >= 2 * X_PAGE && in_stack + size <= X_STACK_PROC;
	return addr >= (uintptr_t)__executable_start &&
	       addr + size <= (uintptr_t)end;
}

uint64_t x_load(uintptr_t addr, size_t size)
{
	uint64_t value = 0;

	if (size <= 8 && x_readable(addr, size))
		memcpy(&value, (void *)addr, size);
	return value;
}

static bool check_arena(uintptr_t addr, size_t size, bool write, bool typed,
			uintptr_t pc)
{
	const char *verb = write ? "write" : "read";
	struct x_object *o;
	int id = x_object_at(addr);

	if (id < 0) {
		x_fail(LAB_X_OUT_OF_BOUNDS, pc, addr,
		       "%zu-byte %s at 0x%lx, where no object is",
		       size, verb, (unsigned long)addr);
		return false;
	}
	o = &X.objects[id];
	if (addr < o->base || addr + size > o->base + o->size) {
		x_fail(LAB_X_OUT_OF_BOUNDS, pc, addr,
		       "%zu-byte %s at offset %ld of an object of %u bytes",
		       size, verb, (long)(addr - o->base), o->size);
		return false;
	}
	if (o->dead) {
		x_promote_life(addr, LAB_X_USE_AFTER_FREE);
		x_fail(LAB_X_USE_AFTER_FREE, pc, addr,
		       "%zu-byte %s at offset %ld of an object of %u bytes that %s has freed",
		       size, verb, (long)(addr - o->base), o->size,
		       X.proc[o->free_proc].name);
		x_fail_other(o->free_proc, o->free_event, o->free_pc);
		return false;
	}
	if (typed && addr % size)
		x_fail(LAB_X_MISALIGNED, pc, addr,
		       "%zu-byte %s at offset %ld of an object, %lu off its alignment: a tagged pointer?",
		       size, verb, (long)(addr - o->base), addr % size);
	return true;
}

/*
 * Before each access. False: it can't be made, and the execution is over
 * (x_fail() does not return then, unless nothing is running).
 */
bool x_mem_check(uintptr_t addr, size_t size, bool write, bool typed,
		 uintptr_t pc)
{
	uintptr_t in_stack;

	if (!x_guard_allows(addr, size, write, pc))
		return false;
	if (addr - X_ARENA < X_ARENA_SIZE)
		return check_arena(addr, size, write, typed, pc);
	if (addr - X_STACKS < X_STACKS_SIZE) {
		in_stack = (addr - X_STACKS) % X_STACK_PROC;
		if (in_stack >= 2 * X_PAGE && in_stack + size <= X_STACK_PROC &&
		    (!write || x_may_write_stack(addr, size)))
			return x_stack_check(addr, size, write, pc);
		if (in_stack < 2 * X_PAGE) {
			x_fail(LAB_X_STACK, pc, addr,
			       "the stack of 128 KiB is used up: endless recursion?");
			return false;
		}
	} else if (x_index(addr) >= 0 && x_index(addr + size - 1) >= 0) {
		if (typed && addr % size)
			x_fail(LAB_X_MISALIGNED, pc, addr,
			       "%zu-byte access to a global, %lu off its alignment: a tagged pointer?",
			       size, addr % size);
		return true;
	} else if (!write && addr >= (uintptr_t)__executable_start &&
		   addr + size <= (uintptr_t)end) {
		return true;
	}
	if (addr < X_PAGE)
		x_fail(LAB_X_NULL, pc, addr,
		       "%zu-byte %s at address %lu: a NULL pointer%s", size,
		       write ? "write" : "read", (unsigned long)addr,
		       typed && addr % size ? " with a tag" : "");
	else if (x_poisoned(addr))
		x_fail(LAB_X_WILD, pc, addr,
		       "%zu-byte %s at 0x%lx, by a poisoned link: the entry was taken off its list before",
		       size, write ? "write" : "read", (unsigned long)addr);
	else
		x_fail(LAB_X_WILD, pc, addr, "%zu-byte %s at 0x%lx, which is %s",
		       size, write ? "write" : "read", (unsigned long)addr,
		       addr - X_STACKS >= X_STACKS_SIZE ? "nobody's" :
		       X.guard ? "on a stack, and no variable of whoever writes" :
		       "on a stack, but no variable there");
	return false;
}

/* Feet for an access: its cells, and its object's lifetime. */
void x_op_memory(struct x_op *op, enum x_kind kind, uintptr_t addr,
		 size_t size, bool write, uintptr_t pc)
{
	long index = x_index(addr), last;
	uint32_t cell;

	op->kind = kind;
	op->nfeet = 0;
	op->blocking = false;
	op->addr = addr;
	op->size = size;
	op->pc = pc;
	op->arg = 0;
	if (index < 0)
		return;
	last = (index + size - 1) / 4;
	for (cell = index / 4; cell <= last; cell++)
		x_foot(op, cell, write);
	x_foot_life(op, addr);
}

/* It frees what it allocates: the memory is used up, but not for good. */
static bool mostly_freed(void)
{
	int i, dead = 0, all = 0;

	for (i = 0; i < X.nobjects; i++) {
		if (X.objects[i].alloc_proc != X.cur)
			continue;
		dead += X.objects[i].dead;
		all++;
	}
	return dead * 2 > all;
}

static void *x_alloc(size_t size, uintptr_t pc)
{
	struct x_proc *me = x_me();
	size_t align = size >= 64 ? 64 : 16, room;
	struct x_object *o;
	uintptr_t at, base = X_ARENA + X.cur * X_ARENA_PROC;
	int i;

	x_use(LAB_USED_ALLOCATIONS);
	x_settle_value(me);
	if (x_allocation_fails(pc))
		return NULL;
	room = (size + 15) & ~15UL;
	for (i = nfreed[X.cur] - 1; X.reuse && i >= 0; i--) {
		if (freed[X.cur][i].size != room)
			continue;
		at = freed[X.cur][i].base;
		freed[X.cur][i] = freed[X.cur][--nfreed[X.cur]];
		x_race_forget(at, room);
		goto found;
	}
	at = (base + me->mem_used + REDZONE + align - 1) & ~(align - 1);
	if (at + room + REDZONE > base + X_ARENA_PROC ||
	    X.nobjects == MAX_OBJECTS) {
		x_loop_used_up(pc);
		if (X.nobjects < MANY_OBJECTS || mostly_freed())
			x_fail(LAB_X_LIMIT, pc, 0,
			       "%s needs more than the %lu KiB that one process can allocate here in an execution",
			       me->name, X_ARENA_PROC >> 10);
		x_fail(LAB_X_MEMORY, pc, 0,
		       "%s allocates without bound: more than %lu KiB or %d objects in one execution",
		       me->name, X_ARENA_PROC >> 10, MAX_OBJECTS);
		return NULL;
	}
	memset((void *)(at - REDZONE), POISON, REDZONE);
	memset((void *)(at + room), POISON, REDZONE);
	me->mem_used = at + room + REDZONE - base;
found:
	memset((void *)at, 0, room);
	for (i = 0; i < (int)room / 8; i++)
		object_map[(at - X_ARENA) / 8 + i] = X.nobjects + 1;
	o = &X.objects[X.nobjects++];
	*o = (struct x_object){
		.base = at, .size = size, .alloc_proc = X.cur,
		.alloc_pc = pc, .alloc_event = X.nevents - 1,
	};
	x_note('a', pc, at, 0, true, NULL);
	return (void *)at;
}

void *lab_alloc(size_t size)
{
	x_might_sleep(X_PC());
	return x_alloc(size, X_PC());
}

void *lab_alloc_atomic(size_t size)
{
	return x_alloc(size, X_PC());
}

void lab_free(const void *object)
{
	uintptr_t at = (uintptr_t)object;
	struct x_proc *me = x_me();
	struct x_object *o;
	struct x_op op;
	int id;

	if (!object)
		return;
	x_settle_value(me);
	/* What is late must not arrive in whoever gets this memory next. */
	if (X.weak && X.reuse)
		x_weak_fence(X_PC());
	id = x_object_at(at);
	if (id < 0 || X.objects[id].base != at) {
		x_fail(LAB_X_WILD, X_PC(), at,
		       "free of 0x%lx, which is not the start of an object",
		       (unsigned long)at);
		return;
	}
	if (x_promoted[x_lifetime_cell(at)]) {
		x_op_simple(&op, X_OP_FREE, 0, true, X_PC());
		op.addr = at;
		x_foot(&op, x_lifetime_cell(at), true);
		x_step(&op);
	}
	o = &X.objects[id];
	if (o->dead) {
		x_promote_life(at, LAB_X_DOUBLE_FREE);
		x_fail(LAB_X_DOUBLE_FREE, X_PC(), at,
		       "free of an object of %u bytes that %s has freed before",
		       o->size, X.proc[o->free_proc].name);
		x_fail_other(o->free_proc, o->free_event, o->free_pc);
		return;
	}
	x_race_access(at, o->size, X_ACC_WRITE | X_ACC_PLAIN | X_ACC_FREE,
		      X_PC());
	o->dead = true;
	o->free_proc = X.cur;
	o->free_event = X.nevents - 1;
	o->free_pc = X_PC();
	if (X.reuse && nfreed[X.cur] < 64) {
		freed[X.cur][nfreed[X.cur]].base = at;
		freed[X.cur][nfreed[X.cur]++].size = (o->size + 15) & ~15UL;
	}
	x_note('f', X_PC(), at, 0, true, NULL);
}

void x_leaks(void)
{
	struct x_object *o;
	int i, n = 0, first = -1;

	for (i = 0; i < X.nobjects; i++) {
		o = &X.objects[i];
		if (o->dead || x_object_at(o->base) != i)
			continue;
		if (first < 0)
			first = i;
		n++;
	}
	if (!n)
		return;
	o = &X.objects[first];
	x_fail(LAB_X_LEAK, o->alloc_pc, o->base,
	       "%d object%s never freed, the first of %u bytes, allocated by %s",
	       n, n > 1 ? "s were" : " was", o->size,
	       X.proc[o->alloc_proc].name);
}

static uint64_t state_of(const char *at, size_t size, uint64_t h)
{
	size_t i;

	for (i = 0; i + 8 <= size; i += 8)
		h = x_mix(h, *(const uint64_t *)(at + i));
	for (; i < size; i++)
		h = x_mix(h, at[i]);
	return h;
}

/* All objects and globals, as one number. */
uint64_t x_memory_state(void)
{
	uint64_t h = X.nobjects;
	int i;

	h = state_of(__start_lab_data, __stop_lab_data - __start_lab_data, h);
	h = state_of(__start_lab_bss, __stop_lab_bss - __start_lab_bss, h);
	for (i = 0; i < X_PROCS; i++)
		h = state_of((char *)X_ARENA + i * X_ARENA_PROC,
			     X.proc[i].mem_used, h);
	for (i = 0; i < X.nobjects; i++)
		h = x_mix(h, X.objects[i].dead);
	return h;
}

/*
 * Code that the compiler did not instrument can write where it likes. What
 * it leaves in the redzones is found here, at the end of each execution.
 */
void x_integrity(void)
{
	const unsigned char *low, *high;
	struct x_object *o;
	int i, j;

	if (X.low_canary != X_CANARY || X.high_canary != X_CANARY)
		x_result_fault("fault",
			       "the explorer's own memory was overwritten by code that the compiler did not instrument",
			       0);
	for (i = 0; i < X.nobjects; i++) {
		o = &X.objects[i];
		low = (void *)(o->base - REDZONE);
		high = (void *)(o->base + ((o->size + 15) & ~15UL));
		for (j = 0; j < REDZONE; j++) {
			if (low[j] == POISON && high[j] == POISON)
				continue;
			x_fail(LAB_X_FAULT, o->alloc_pc, o->base,
			       "the bytes around an object of %u bytes were overwritten by code that the compiler did not instrument",
			       o->size);
			return;
		}
	}
}
