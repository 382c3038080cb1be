// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data races, by the kernel's strict rule: two accesses to the same bytes,
 * one of them a write, one of them plain, and no synchronisation between.
 *
 * Synchronisation is what orders memory, not what happened to come first:
 * locks, release to acquire, RCU, spawn and join. A relaxed access orders
 * nothing. Any marked read counts as the head of a dependency (as READ_ONCE()
 * does since 4.15), so it sees what was before the release that it reads
 * from; whether there really is a dependency is for the litmus tests.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>

#include "engine.h"

#define MAX_RECORDS	16384
#define MAX_SYNC	2048

/* The last access of its kind to these bytes by that process. */
struct record {
	uint16_t next;			/* index, 0 ends */
	uint16_t epoch;
	uint8_t proc, mask, acc;
	int event;
	uintptr_t pc;
};

/* What was released into these bytes. */
struct sync {
	x_clock clock;
	uint16_t next;			/* index, 0 ends */
	uint8_t mask;
};

struct granule {
	uint32_t stamp;
	uint16_t records, syncs;
};

static struct granule *granules;
static struct record *records;
static struct sync *syncs;
static int nrecords, nsyncs;

void x_race_init(void)
{
	granules = mmap(NULL, X_INDEX_SIZE / 8 * sizeof(*granules),
			PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
			MAP_NORESERVE, -1, 0);
	records = calloc(MAX_RECORDS, sizeof(*records));
	syncs = aligned_alloc(64, MAX_SYNC * sizeof(*syncs));
	if (granules == MAP_FAILED || !records || !syncs)
		abort();
}

void x_race_reset(void)
{
	nrecords = 1;
	nsyncs = 1;
}

static struct granule *granule_at(long index)
{
	struct granule *g = &granules[index / 8];

	if (g->stamp != X.stamp) {
		g->stamp = X.stamp;
		g->records = 0;
		g->syncs = 0;
	}
	return g;
}

void x_race_forget(uintptr_t addr, size_t size)
{
	long index = x_index(addr);
	size_t i;

	for (i = 0; index >= 0 && i < size; i += 8) {
		granule_at(index + i)->records = 0;
		granule_at(index + i)->syncs = 0;
	}
}

static const char *acc_words(int acc)
{
	if (acc & X_ACC_FREE)
		return "free";
	if (acc & X_ACC_PLAIN)
		return acc & X_ACC_WRITE ? "plain write" : "plain read";
	return acc & X_ACC_WRITE ? "marked write" : "marked read";
}

/*
 * A race on a place that was not a visible step so far: from now on it is,
 * in the whole search, which begins anew. Its interleavings matter.
 */
static bool promote(uintptr_t addr, size_t size, bool lifetime)
{
	long cell, index = x_index(addr);
	bool news = false;
	uint32_t life;

	for (cell = index / 4; cell <= (long)(index + size - 1) / 4; cell++) {
		news |= !x_promoted[cell];
		x_promoted[cell] = 1;
	}
	life = x_lifetime_cell(addr);
	if (lifetime && life) {
		news |= !x_promoted[life];
		x_promoted[life] = 1;
	}
	return news;
}

/*
 * Who came too late for an object might have come before its end: that is a step
 * from now on, if what this failure hides is searched for.
 */
void x_promote_life(uintptr_t addr, enum lab_x_failure kind)
{
	uint32_t life = x_lifetime_cell(addr);

	if (X.sequential || X.replay || !life || x_promoted[life] ||
	    (X.want >> kind & 1 && !X.all))
		return;
	x_promoted[life] = 1;
	X.restart = true;
	x_end_execution();
}

/*
 * Somebody reads and reads, and makes no step: a loop that waits for somebody
 * else, by plain reads. They are steps from now on, or he never has his turn.
 */
void x_promote_wait(uintptr_t addr, size_t size)
{
	if (X.replay || addr - X_STACKS < X_STACKS_SIZE ||
	    !promote(addr, size, false))
		return;
	X.restart = true;
	x_end_execution();
}

static void race(const struct record *r, uintptr_t addr, size_t size, int acc,
		 uintptr_t pc)
{
	size_t whole = size;

	if (acc & X_ACC_FREE) {
		/* What raced with it is eight bytes at most. */
		addr = addr & ~7UL;
		whole = 8;
	}
	if (promote(addr, whole, acc & X_ACC_FREE) && !X.replay) {
		X.restart = true;
		x_end_execution();
	}
	if (X.no_races)
		return;
	x_fail(LAB_X_RACE, pc, addr,
	       "%s by %s and %s by %s are not ordered by anything",
	       acc_words(r->acc), X.proc[r->proc].name, acc_words(acc),
	       x_me()->name);
	x_fail_other(r->proc, r->event, r->pc);
}

static void access_granule(long index, uintptr_t addr, size_t size, int acc,
			   uintptr_t pc)
{
	struct granule *g = granule_at(index);
	uint8_t mask = ((1u << size) - 1) << (index % 8);
	const x_clock *sync = &x_me()->sync;
	struct record *r, *same = NULL;
	uint16_t i;

	for (i = g->records; i; i = r->next) {
		r = &records[i];
		if (r->proc == X.cur) {
			if (r->mask == mask && r->acc == acc)
				same = r;
			continue;
		}
		if (!(r->mask & mask) || !((r->acc | acc) & X_ACC_WRITE) ||
		    !((r->acc | acc) & X_ACC_PLAIN) ||
		    r->epoch <= (*sync)[r->proc])
			continue;
		/* data_race(): whoever wrote it knows. Not of a free, though. */
		if ((r->acc | acc) & X_ACC_KNOWN && !((r->acc | acc) & X_ACC_FREE))
			continue;
		race(r, addr, size, acc, pc);
	}
	if (acc & X_ACC_FREE)
		return;
	if (!same) {
		if (nrecords == MAX_RECORDS) {
			x_fail(LAB_X_LIMIT, pc, addr,
			       "more places are touched in one execution than the explorer keeps track of");
			return;
		}
		same = &records[nrecords];
		same->next = g->records;
		g->records = nrecords++;
		same->proc = X.cur;
		same->mask = mask;
		same->acc = acc;
	}
	same->epoch = (*sync)[X.cur];
	same->event = X.nevents - 1;
	same->pc = pc;
}

void x_race_access(uintptr_t addr, size_t size, int acc, uintptr_t pc)
{
	long index = x_index(addr);
	size_t n;

	/* Setting up and finishing are alone. */
	if (index < 0 || X.sequential)
		return;
	for (; size; size -= n, addr += n, index += n) {
		n = 8 - index % 8;
		if (n > size)
			n = size;
		access_granule(index, addr, n, acc, pc);
	}
}

/* Where @proc was last at what is there. */
void x_last_access(uintptr_t addr, int proc, int *event, uintptr_t *pc)
{
	long index = x_index(addr);
	uint16_t i;

	for (i = index < 0 ? 0 : granule_at(index)->records; i;
	     i = records[i].next) {
		if (records[i].proc != proc || records[i].event < *event)
			continue;
		*event = records[i].event;
		*pc = records[i].pc;
	}
}

static uint8_t mask_of(long index, size_t size)
{
	return ((1u << MIN(size, 8)) - 1) << (index % 8);
}

/* The clock of what was released into exactly these bytes. */
static x_clock *sync_at(uintptr_t addr, size_t size, bool create)
{
	static x_clock spare;
	long index = x_index(addr);
	struct granule *g;
	struct sync *s;
	uint16_t i;

	if (index < 0)
		return NULL;
	g = granule_at(index);
	for (i = g->syncs; i; i = syncs[i].next)
		if (syncs[i].mask == mask_of(index, size))
			return &syncs[i].clock;
	if (!create)
		return NULL;
	if (nsyncs == MAX_SYNC) {
		x_fail(LAB_X_LIMIT, 0, addr,
		       "more places synchronise in one execution than the explorer keeps track of");
		return &spare;
	}
	s = &syncs[nsyncs];
	*s = (struct sync){ .next = g->syncs, .mask = mask_of(index, size) };
	g->syncs = nsyncs++;
	return &s->clock;
}

/* Of what is no variable of the explored code: a lock, a work, a queue. */
x_clock *x_sync_at(uintptr_t addr, bool create)
{
	return sync_at(addr, 4, create);
}

void x_acquire(const x_clock *from)
{
	if (from)
		x_join(&x_me()->sync, from);
}

/* What comes after it is not part of it: a new epoch. */
void x_release(x_clock *to)
{
	struct x_proc *me = x_me();

	x_join(to, &me->sync);
	me->sync[X.cur]++;
}

void x_order_read(uintptr_t addr, size_t size, bool acquire)
{
	x_clock *to = acquire ? &x_me()->sync : &x_me()->owed;
	long index = x_index(addr);
	uint16_t i;

	if (index < 0)
		return;
	for (i = granule_at(index)->syncs; i; i = syncs[i].next)
		if (syncs[i].mask & mask_of(index, size))
			x_join(to, &syncs[i].clock);
}

/* Neighbours keep what was released into them. */
static void cut_off(uintptr_t addr, size_t size)
{
	long index = x_index(addr);
	uint8_t mask = mask_of(index, size);
	uint16_t i;

	for (i = index < 0 ? 0 : granule_at(index)->syncs; i; i = syncs[i].next) {
		if (!(syncs[i].mask & ~mask))
			syncs[i].clock = (x_clock){ 0 };
		else
			syncs[i].mask &= ~mask;
	}
}

/**
 * x_order_fence() - a barrier orders what is on its two sides
 * @acquire: what relaxed read-modify-writes before it have found, with all after it
 * @release: all before it, with who reads what is stored after it
 */
void x_order_fence(bool acquire, bool release)
{
	struct x_proc *me = x_me();

	if (acquire) {
		x_acquire(&me->owed);
		me->owed = (x_clock){ 0 };
	}
	if (release) {
		me->fence = me->sync;
		me->fenced = true;
		me->sync[X.cur]++;
	}
}

/**
 * x_order_made() - what a marked store orders, as it is made
 * @clock: that goes with it
 * @release: a store-release
 *
 * A release fence that came before it goes with a relaxed one.
 */
void x_order_made(x_clock *clock, bool release)
{
	struct x_proc *me = x_me();

	*clock = me->fenced ? me->fence : (x_clock){ 0 };
	if (release)
		x_release(clock);
}

/**
 * x_order_seen() - a marked store arrives where all see it
 * @clock: from x_order_made()
 *
 * Only who reads it from now on is ordered after it. A store cuts off what
 * was released here before; a read-modify-write carries it on.
 */
void x_order_seen(uintptr_t addr, size_t size, const x_clock *clock, bool rmw)
{
	static const x_clock none;
	x_clock *at;

	if (!rmw)
		cut_off(addr, size);
	if (!memcmp(clock, &none, sizeof(none)))
		return;
	at = sync_at(addr, size, true);
	if (at)
		x_join(at, clock);
}

void x_order_write(uintptr_t addr, size_t size, bool release, bool rmw)
{
	x_clock clock;

	x_order_made(&clock, release);
	x_order_seen(addr, size, &clock, rmw);
}
