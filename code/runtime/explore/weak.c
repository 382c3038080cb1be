// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stores delayed per thread and address (MODE=weak).
 *
 * A store of a thread goes to a buffer that this thread has for that address.
 * The buffers are processes of their own: each may write its oldest store to
 * memory at any time, in any order among one another, so that others see two
 * stores to two places in either order. The thread itself sees its newest.
 *
 * Memory holds what all see. While a process runs, its own newest stores are
 * put over it, and taken away again when it parks: that is the whole trick.
 *
 * A read-modify-write is made to what all see: the thread's own stores to that
 * place go first. What empties all of a thread's buffers first: full barriers and
 * all atomic read-modify-writes that release; unlocking; the end of an RCU section;
 * synchronize_rcu(), call_rcu(), queueing, waking. A store-release does not,
 * but it is seen by others after all that came before it.
 *
 * What a store orders is passed on when it arrives, not when it is made: an
 * acquire that still reads the old value has nothing to be ordered after.
 *
 * Only stores are delayed: loads are made when they are made. That covers
 * publication without a release, not everything that hardware may do.
 */
#include <string.h>

#include "engine.h"

#define DEPTH 8
#define KEPT 64

struct store {
	uint64_t value;
	x_clock dep;
	x_clock order;			/* for whoever reads it: race.c */
	int seq;
	enum x_store how;
	uint8_t before[X_PROCS];	/* stores made before it, by buffer */
};

struct buffer {
	uintptr_t addr;
	uint64_t base;			/* what all see, while ours is shown */
	uint8_t size, owner, n;
	uint8_t since;			/* stores since the owner's last barrier */
	bool shown;
	uint8_t made, seen;		/* stores, and those that all see */
	struct store fifo[DEPTH];
	x_clock seen_dep[KEPT];
};

/* By process: which process is whose buffer for which address, for good. */
static struct buffer buffers[X_PROCS];
static int seq;
static struct {
	uintptr_t addr, pc;
	size_t size;
	enum x_store how;
	bool on;
} pending;

void x_weak_reset(void)
{
	int b;

	for (b = 0; b < X.nids; b++) {
		buffers[b].n = buffers[b].since = 0;
		buffers[b].made = buffers[b].seen = 0;
		buffers[b].shown = false;
	}
	pending.on = false;
	seq = 0;
}

/* An interrupt handler shares the buffers of the CPU that it is on. */
static int cpu_of(int proc)
{
	return x_cpu_of(&X.proc[proc]);
}

static void put(uintptr_t addr, size_t size, uint64_t value)
{
	memcpy((void *)addr, &value, size);
}

static bool overlaps(const struct buffer *b, uintptr_t addr, size_t size)
{
	return addr < b->addr + b->size && b->addr < addr + size;
}

/*
 * Can this process have a store to there on its way? By what it did itself,
 * not by what has arrived by now: else a step would be there or not depending
 * on others, and the search would have to know.
 */
bool x_weak_delays(uintptr_t addr, size_t size)
{
	int b;

	for (b = 0; b < X.nids; b++)
		if (buffers[b].since && buffers[b].owner == cpu_of(X.cur) &&
		    overlaps(&buffers[b], addr, size))
			return true;
	return false;
}

static void hide(void)
{
	int b;

	for (b = 0; b < X.nids; b++) {
		if (!buffers[b].shown)
			continue;
		put(buffers[b].addr, buffers[b].size, buffers[b].base);
		buffers[b].shown = false;
	}
}

void x_weak_show(int proc)
{
	struct buffer *b;
	int i;

	for (i = 0; i < X.nids; i++) {
		b = &buffers[i];
		if (!b->n || b->owner != cpu_of(proc) || b->shown)
			continue;
		b->base = x_load(b->addr, b->size);
		b->shown = true;
		put(b->addr, b->size, b->fifo[b->n - 1].value);
	}
}

/* What a process that is parked would read. */
uint64_t x_weak_view(int proc, uintptr_t addr, size_t size)
{
	int b;

	for (b = 0; X.weak && b < X.nids; b++)
		if (buffers[b].n && buffers[b].owner == cpu_of(proc) &&
		    buffers[b].addr == addr && buffers[b].size == size)
			return buffers[b].fifo[buffers[b].n - 1].value;
	return x_load(addr, size);
}

static int buffer_for(uintptr_t addr, size_t size, uintptr_t pc)
{
	int b;

	for (b = 0; b < X.nids; b++)
		if (buffers[b].addr == addr && buffers[b].size == size &&
		    buffers[b].owner == cpu_of(X.cur))
			return b;
	if (X.nids == X_PROCS) {
		x_fail(LAB_X_LIMIT, pc, addr,
		       "more places are stored to than there are store buffers");
		return -1;
	}
	b = X.nids++;
	buffers[b].addr = addr;
	buffers[b].size = size;
	buffers[b].owner = cpu_of(X.cur);
	return b;
}

/* The buffer is a process that can make a step as long as it holds a store. */
static void wake_buffer(int id)
{
	struct x_proc *p = &X.proc[id];
	struct buffer *b = &buffers[id];

	if (p->state == X_UNUSED) {
		x_clear(p);
		p->kind = 'b';
		p->name = X.proc[b->owner].name;
		p->host = -1;
		p->parent = b->owner;
		p->writing = p->log_writing = p->unlock_event = -1;
		x_op_memory(&p->start_op, X_OP_COMMIT, b->addr, b->size, true,
			    pending.pc);
		p->op = &p->start_op;
		if (id >= X.nprocs)
			X.nprocs = id + 1;
	}
	p->start_op.pc = pending.pc;
	p->state = X_PARKED;
}

/**
 * x_weak_store() - the store that comes next is to be delayed
 * @how: plain, marked, or a release
 *
 * The compiler's hook comes before the store; it is caught at the next one.
 *
 * Return: false if it is not to be delayed.
 */
bool x_weak_store(uintptr_t addr, size_t size, enum x_store how, uintptr_t pc)
{
	long index = x_index(addr);
	int b;

	/* A process's own stack and the setting up are nobody else's. */
	if (!X.weak || X.sequential || index < 0 ||
	    addr - X_STACKS < X_STACKS_SIZE)
		return false;
	for (b = 0; b < X.nids; b++)
		if (buffers[b].since && buffers[b].owner == cpu_of(X.cur) &&
		    overlaps(&buffers[b], addr, size) &&
		    (buffers[b].addr != addr || buffers[b].size != size))
			x_weak_drain(addr, size, pc);
	b = buffer_for(addr, size, pc);
	if (b < 0)
		return false;
	if (buffers[b].since == DEPTH)
		x_weak_drain(addr, size, pc);
	buffers[b].since++;
	pending.addr = addr;
	pending.size = size;
	pending.how = how;
	pending.pc = pc;
	pending.on = true;
	if (!buffers[b].shown) {
		buffers[b].base = x_load(addr, size);
		buffers[b].shown = true;
	}
	x_weak_show(X.cur);
	return true;
}

/* At the next hook, or when the process parks: catch the store, hide all. */
void x_weak_settle(void)
{
	struct buffer *b;
	struct store *s;
	int id, i;

	if (pending.on) {
		pending.on = false;
		id = buffer_for(pending.addr, pending.size,
				pending.pc);
		b = &buffers[id];
		s = &b->fifo[b->n++];
		s->value = x_load(pending.addr, pending.size);
		s->dep = x_me()->dep;
		s->seq = seq++;
		s->how = pending.how;
		if (s->how != X_STORE_PLAIN)
			x_order_made(&s->order, s->how == X_STORE_RELEASE);
		for (i = 0; s->how == X_STORE_RELEASE && i < X.nids; i++)
			s->before[i] = buffers[i].made;
		if (++b->made == KEPT)
			x_fail(LAB_X_LIMIT, pending.pc, pending.addr,
			       "more than %d stores to one place", KEPT);
		wake_buffer(id);
	}
	hide();
}

bool x_weak_committable(int id)
{
	const struct buffer *b = &buffers[id];
	int i;

	if (!b->n)
		return false;
	for (i = 0; b->fifo[0].how == X_STORE_RELEASE && i < X.nids; i++)
		if (buffers[i].n && buffers[i].owner == b->owner &&
		    buffers[i].fifo[0].seq < b->fifo[0].seq)
			return false;
	return true;
}

/* What is on its way there, and in which order with the owner's other stores. */
uint64_t x_weak_state(int id)
{
	const struct buffer *b = &buffers[id];
	int i, first = b->fifo[0].seq;
	uint64_t h = b->n;

	for (i = 0; i < X.nids; i++)
		if (buffers[i].n && buffers[i].owner == b->owner &&
		    buffers[i].fifo[0].seq < first)
			first = buffers[i].fifo[0].seq;
	for (i = 0; i < b->n; i++) {
		h = x_mix(h, b->fifo[i].value);
		h = x_mix(h, (b->fifo[i].seq - first) << 2 | b->fifo[i].how);
	}
	return h;
}

void x_weak_commit(int id)
{
	struct buffer *b = &buffers[id];

	put(b->addr, b->size, b->fifo[0].value);
	if (b->fifo[0].how != X_STORE_PLAIN)
		x_order_seen(b->addr, b->size, &b->fifo[0].order, false);
	if (!X.sequential) {
		X.events[X.nevents - 1].value = b->fifo[0].value;
		b->seen_dep[b->seen] = X.events[X.nevents - 1].dep;
	}
	b->seen++;
	memmove(&b->fifo[0], &b->fifo[1], --b->n * sizeof(b->fifo[0]));
	if (!b->n)
		X.proc[id].state = X_DONE;
}

/* Does this barrier of that process wait for this buffer? */
static bool drains(const struct x_op *fence, int proc, const struct buffer *b)
{
	return b->owner == cpu_of(proc) &&
	       (!fence->addr || overlaps(b, fence->addr, fence->size));
}

bool x_weak_empty(int proc)
{
	int b;

	for (b = 0; b < X.nids; b++)
		if (buffers[b].n && drains(X.proc[proc].op, proc, &buffers[b]))
			return false;
	return true;
}

/*
 * A store is seen after it was made; a store-release after all before it was
 * seen; a barrier is passed after all of them were seen.
 */
void x_weak_join(int proc, x_clock *dep)
{
	const struct store *s = &buffers[proc].fifo[0];
	int b, n;

	if (X.proc[proc].kind == 'b')
		x_join(dep, &s->dep);
	for (b = 0; b < X.nids; b++) {
		if (!buffers[b].addr)
			continue;
		if (X.proc[proc].kind != 'b') {
			n = drains(X.proc[proc].op, proc, &buffers[b]) ?
			    buffers[b].seen : 0;
		} else {
			n = s->how == X_STORE_RELEASE &&
			    buffers[b].owner == buffers[proc].owner ?
			    s->before[b] : 0;
		}
		if (n)
			x_join(dep, &buffers[b].seen_dep[n - 1]);
	}
}

/**
 * x_weak_drain() - go on once own stores to a place are seen by all
 * @addr: where; 0: all of them
 */
void x_weak_drain(uintptr_t addr, size_t size, uintptr_t pc)
{
	bool needed = false;
	struct x_op op;
	int b;

	x_settle_value(x_me());
	x_op_simple(&op, X_OP_FENCE, 0, false, pc);
	op.addr = addr;
	op.size = size;
	op.blocking = true;
	for (b = 0; b < X.nids; b++) {
		if (!buffers[b].since || !drains(&op, X.cur, &buffers[b]))
			continue;
		buffers[b].since = 0;
		needed = true;
	}
	if (!X.sequential && needed)
		x_step(&op);
}

void x_weak_fence(uintptr_t pc)
{
	x_weak_drain(0, 0, pc);
}
