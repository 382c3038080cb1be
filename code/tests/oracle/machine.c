// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a step does to a state.
 *
 * The rules are the kernel's, said as plainly as possible; nothing of this is
 * taken from the explorer. Each access is a step. Where stores are delayed, a
 * store waits in its thread until it is seen by all: those to one place in
 * their order, those to different places in any order, a release after all
 * that its thread stored before. The thread itself sees its newest.
 */
#include <string.h>

#include "oracle.h"

const struct program *program;
uint32_t found;
bool too_big;

enum { READS_PLAIN, WRITES_PLAIN, READS_MARKED, WRITES_MARKED };

static void set_bit(know *k, int bit)
{
	(*k)[bit / 64] |= 1ULL << bit % 64;
}

static int bit_of(int place, int t, int kind)
{
	return (place * THREADS + t) * 4 + kind;
}

/* Everything that any set could forget. */
static void forget(struct state *s, know bit)
{
	int i, j;

	for (i = 0; i < PLACES; i++)
		s->released[i] &= ~bit;
	for (i = 0; i < LOCKS; i++) {
		s->unlocked[i] &= ~bit;
		s->read_unlocked[i] &= ~bit;
	}
	s->completion &= ~bit;
	s->waking &= ~bit;
	s->before_all &= ~bit;
	for (i = 0; i < THREADS; i++) {
		struct thread *t = &s->thread[i];

		s->section_ended[i] &= ~bit;
		s->before_grace[i] &= ~bit;
		t->knows &= ~bit;
		t->owed &= ~bit;
		t->fence &= ~bit;
		t->grace &= ~bit;
		for (j = 0; j < t->stores; j++)
			t->store[j].passed_on &= ~bit;
	}
}

static bool any(know k)
{
	return k[0] | k[1] | k[2] | k[3];
}

/* A race: of two accesses one writes, one is plain, and neither comes first. */
static void race_with(struct state *s, int t, int place, bool write, bool plain)
{
	know rivals = { 0 };
	int u, kind;

	for (u = 0; u < THREADS; u++) {
		for (kind = 0; u != t && kind < 4; kind++) {
			bool writes = kind == WRITES_PLAIN ||
				      kind == WRITES_MARKED;
			bool is_plain = kind <= WRITES_PLAIN;

			if ((writes || write) && (is_plain || plain))
				set_bit(&rivals, bit_of(place, u, kind));
		}
	}
	if (any(s->made & rivals & ~s->thread[t].knows))
		found |= 1u << RACE;
}

static void access(struct state *s, int t, int place, bool write, bool plain)
{
	know bit = { 0 };

	race_with(s, t, place, write, plain);
	set_bit(&bit, bit_of(place, t, plain ? write ? WRITES_PLAIN : READS_PLAIN :
			     write ? WRITES_MARKED : READS_MARKED));
	forget(s, bit);
	s->made |= bit;
	s->thread[t].knows |= bit;
}

static int value_of(const struct thread *me, int operand)
{
	return operand >= REG ? me->reg[operand - REG] : operand;
}

/* -1: there is nothing, and the execution ends. */
static int place_of(const struct state *s, int t, int operand)
{
	int object;

	if (operand < FIELD)
		return operand;
	object = s->thread[t].reg[operand - FIELD];
	if (!object) {
		found |= 1u << NULL_POINTER;
		return -1;
	}
	if (s->object[object - 1] == DEAD) {
		found |= 1u << USE_AFTER_FREE;
		return -1;
	}
	return GLOBALS + 2 * (object - 1);
}

static int newest(const struct thread *me, int place)
{
	int i;

	for (i = me->stores - 1; i >= 0; i--)
		if (me->store[i].place == place)
			return i;
	return -1;
}

static int seen_by(const struct state *s, int t, int place)
{
	int i = newest(&s->thread[t], place);

	return i < 0 ? s->mem[place] : s->thread[t].store[i].value;
}

/* What a marked read brings along: at once, or at the next acquire fence. */
static void reads_from(struct state *s, int t, int place, bool at_once)
{
	struct thread *me = &s->thread[t];

	if (newest(me, place) >= 0)
		return;
	if (at_once)
		me->knows |= s->released[place];
	else
		me->owed |= s->released[place];
}

static know passes_on(const struct thread *me, bool release)
{
	if (release)
		return me->knows;
	return me->fenced ? me->fence : (know){ 0 };
}

/* What all see from now on. */
static void arrive(struct state *s, int place, int value, know passed_on)
{
	s->mem[place] = value;
	s->released[place] = passed_on;
}

static void send(struct state *s, int t, int place, int value, int order)
{
	struct thread *me = &s->thread[t];
	know passed_on = passes_on(me, order == RELEASE);

	if (order == PLAIN)
		passed_on = (know){ 0 };
	if (!program->delayed) {
		arrive(s, place, value, passed_on);
		return;
	}
	if (me->stores == STORES) {
		too_big = true;
		return;
	}
	me->store[me->stores++] = (struct store){
		.place = place, .value = value, .release = order == RELEASE,
		.passed_on = passed_on,
	};
}

static void commit(struct state *s, int t, int place)
{
	struct thread *me = &s->thread[t];
	int i;

	for (i = 0; me->store[i].place != place; i++)
		;
	arrive(s, place, me->store[i].value, me->store[i].passed_on);
	memmove(&me->store[i], &me->store[i + 1],
		(--me->stores - i) * sizeof(me->store[0]));
	memset(&me->store[me->stores], 0, sizeof(me->store[0]));
}

static bool can_commit(const struct thread *me, int place)
{
	int i;

	for (i = 0; i < me->stores && me->store[i].place != place; i++)
		;
	return i < me->stores && (!me->store[i].release || !i);
}

static void full_barrier(struct thread *me, bool acquire, bool release)
{
	if (acquire)
		me->knows |= me->owed;
	if (release) {
		me->fence = me->knows;
		me->fenced = 1;
	}
}

static bool do_read(struct state *s, int t, const struct insn *i)
{
	int place = place_of(s, t, i->b);

	if (place < 0)
		return false;
	access(s, t, place, false, i->c == PLAIN);
	if (i->c != PLAIN)
		reads_from(s, t, place, true);
	s->thread[t].reg[i->a] = seen_by(s, t, place);
	return true;
}

static bool do_write(struct state *s, int t, const struct insn *i)
{
	int place = place_of(s, t, i->a);

	if (place < 0)
		return false;
	access(s, t, place, true, i->c == PLAIN);
	send(s, t, place, value_of(&s->thread[t], i->b), i->c);
	return true;
}

/* a: register, b: place, c: value, for a CAS c: expected, d >> 3: new */
static bool do_rmw(struct state *s, int t, const struct insn *i)
{
	struct thread *me = &s->thread[t];
	int place = place_of(s, t, i->b), order = i->d & 7, old;
	bool acquire = order == ACQUIRE || order == FULL;
	know passed_on;

	if (place < 0)
		return false;
	old = s->mem[place];
	if (i->op == CAS && old != value_of(me, i->c)) {
		access(s, t, place, false, false);
		reads_from(s, t, place, acquire);
		me->reg[i->a] = old;
		return true;
	}
	/* A full one that succeeds has full barriers before and after it. */
	if (order == FULL)
		full_barrier(me, true, true);
	access(s, t, place, true, false);
	reads_from(s, t, place, acquire);
	passed_on = s->released[place] |
		    passes_on(me, order == RELEASE || order == FULL);
	if (order == FULL)
		full_barrier(me, true, true);
	arrive(s, place, i->op == ADD ? old + i->c : i->op == CAS ? i->d >> 3 :
	       value_of(me, i->c), passed_on);
	me->reg[i->a] = old;
	return true;
}

/*
 * Sections nest, and each region with preemption off is one as well: a spinlock
 * that is held or waited for, a callback.
 */
static void end_section(struct state *s, int t)
{
	int u;

	if (--s->thread[t].sections)
		return;
	s->section_ended[t] = s->thread[t].knows;
	for (u = 0; u < THREADS; u++) {
		if (!(s->thread[u].waits_for >> t & 1))
			continue;
		s->thread[u].waits_for &= ~(1u << t);
		s->thread[u].grace |= s->thread[t].knows;
	}
}

/* A section comes after what came before each grace period that is over. */
static void begin_section(struct state *s, struct thread *me)
{
	if (!me->sections++)
		me->knows |= s->before_all;
}

/* The sections that are open must end; those that ended are known to it. */
static void begin_grace(struct state *s, struct thread *who)
{
	int u;

	who->waits_for = 0;
	who->grace = (know){ 0 };
	for (u = 0; u < THREADS; u++) {
		who->grace |= s->section_ended[u];
		if (s->thread[u].sections)
			who->waits_for |= 1u << u;
	}
}

static bool do_call_rcu(struct state *s, int t, int reg)
{
	struct thread *me = &s->thread[t], *cb;
	int object = me->reg[reg], place = place_of(s, t, FIELD + reg);

	if (place < 0)
		return false;
	access(s, t, place + 1, true, true);
	for (cb = &s->thread[ACTORS]; cb < &s->thread[THREADS]; cb++) {
		if (cb->live && !cb->done && !cb->pc && cb->reg[OBJECT] == object) {
			found |= 1u << RCU_MISUSE;
			return true;
		}
	}
	for (cb = &s->thread[ACTORS]; cb < &s->thread[THREADS] && cb->live; cb++)
		;
	if (cb == &s->thread[THREADS]) {
		too_big = true;
		return true;
	}
	cb->live = 1;
	cb->reg[OBJECT] = object;
	cb->knows = me->knows;
	begin_grace(s, cb);
	return true;
}

/* A callback's first step: it takes its head off the list. */
static bool begin_callback(struct state *s, int t)
{
	int place;

	s->thread[t].knows |= s->thread[t].grace;
	s->thread[t].grace = (know){ 0 };
	begin_section(s, &s->thread[t]);
	place = place_of(s, t, FIELD + OBJECT);
	if (place < 0)
		return false;
	access(s, t, place + 1, true, true);
	return true;
}

static bool do_alloc(struct state *s, struct thread *me, int reg)
{
	int object;

	for (object = 0; object < OBJECTS && s->object[object]; object++)
		;
	if (object == OBJECTS) {
		too_big = true;
		return false;
	}
	s->object[object] = ALIVE;
	me->reg[reg] = object + 1;
	return true;
}

/* To free is to write all of it. */
static bool do_free(struct state *s, int t, int reg)
{
	int object = s->thread[t].reg[reg], place = GLOBALS + 2 * (object - 1);

	if (!object)
		return true;
	if (s->object[object - 1] == DEAD) {
		found |= 1u << DOUBLE_FREE;
		return false;
	}
	race_with(s, t, place, true, true);
	race_with(s, t, place + 1, true, true);
	s->object[object - 1] = DEAD;
	return true;
}

static void do_lock(struct state *s, int t, const struct insn *i)
{
	struct thread *me = &s->thread[t];
	int lock = i->op == TRYLOCK ? i->b : i->a;
	bool taken = !s->owner[lock] && !s->readers[lock];

	if (taken) {
		s->owner[lock] = t + 1;
		me->knows |= s->unlocked[lock] | s->read_unlocked[lock];
	}
	if (i->op == TRYLOCK) {
		me->reg[i->a] = taken;
		if (taken)
			begin_section(s, me);
	}
}

static void do_rcu(struct state *s, int t, const struct insn *i)
{
	struct thread *me = &s->thread[t];

	switch (i->op) {
	case RCU_LOCK:
		begin_section(s, me);
		break;
	case RCU_UNLOCK:
		end_section(s, t);
		break;
	case GP_BEGIN:
		full_barrier(me, true, true);
		begin_grace(s, me);
		s->before_grace[t] = me->knows;
		break;
	case GP_END:
		me->knows |= me->grace;
		s->before_all |= s->before_grace[t];
		me->grace = (know){ 0 };
		full_barrier(me, true, true);
		break;
	}
}

/* False: a failure that ends the execution. */
static bool make(struct state *s, int t, const struct insn *i)
{
	struct thread *me = &s->thread[t];

	switch (i->op) {
	case READ:
		return do_read(s, t, i);
	case WRITE:
		return do_write(s, t, i);
	case XCHG:
	case CAS:
	case ADD:
		return do_rmw(s, t, i);
	case FENCE:
		full_barrier(me, i->a != RELEASE, i->a != ACQUIRE);
		return true;
	case REGION:
		begin_section(s, me);
		return true;
	case LOCK:
	case TRYLOCK:
		do_lock(s, t, i);
		return true;
	case UNLOCK:
		s->owner[i->a] = 0;
		s->unlocked[i->a] = me->knows;
		end_section(s, t);
		return true;
	case READ_LOCK:
		s->readers[i->a]++;
		me->knows |= s->unlocked[i->a];
		return true;
	case READ_UNLOCK:
		s->readers[i->a]--;
		s->read_unlocked[i->a] |= me->knows;
		end_section(s, t);
		return true;
	case COMPLETE:
		s->completed++;
		s->completion |= me->knows;
		return true;
	case WAIT_FOR:
		s->completed--;
		me->knows |= s->completion;
		return true;
	case PREPARE:
		me->reg[i->a] = s->wakes;
		return true;
	case SLEEP:
		me->knows |= s->waking;
		return true;
	case WAKE:
		s->wakes++;
		s->waking |= me->knows;
		return true;
	case CALL_RCU:
		return do_call_rcu(s, t, i->a);
	case ALLOC:
		return do_alloc(s, me, i->a);
	case FREE:
		return do_free(s, t, i->a);
	}
	do_rcu(s, t, i);
	return true;
}

static bool holds(const struct thread *me, const struct insn *i)
{
	int a = me->reg[i->a], b = value_of(me, i->c);

	return i->b == EQUAL ? a == b : i->b == UNEQUAL ? a != b : a < b;
}

/* On to the next step that others can see. */
static void run_on(struct thread *me, const struct insn *code)
{
	for (;; me->pc++) {
		const struct insn *i = &code[me->pc];

		switch (i->op) {
		case SET:
			me->reg[i->a] = value_of(me, i->b);
			continue;
		case INC:
			me->reg[i->a]++;
			continue;
		case BRANCH:
			if (holds(me, i))
				me->pc = i->d - 1;
			continue;
		case JUMP:
			me->pc = i->d - 1;
			continue;
		case EXPECT:
			if (!holds(me, i))
				found |= 1u << INVARIANT;
			continue;
		case EXIT:
			me->done = 1;
			return;
		}
		return;
	}
}

/* The code of all callbacks is the same one. */
static const struct insn *code_of(int t)
{
	return program->code[t < ACTORS ? t : ACTORS];
}

static bool must_be_empty(const struct insn *i)
{
	switch (i->op) {
	case XCHG:
	case CAS:
	case ADD:
		return (i->d & 7) == RELEASE || (i->d & 7) == FULL;
	case FENCE:
		return i->a != ACQUIRE;
	case UNLOCK:
	case READ_UNLOCK:
	case COMPLETE:
	case WAIT_FOR:
	case PREPARE:
	case SLEEP:
	case WAKE:
	case RCU_UNLOCK:
	case GP_BEGIN:
	case CALL_RCU:
		return true;
	}
	return false;
}

/* A read-modify-write changes what all see: its own stores go there first. */
static bool own_place_waits(const struct state *s, int t, const struct insn *i)
{
	const struct thread *me = &s->thread[t];
	int place = i->b;

	if (i->op != XCHG && i->op != CAS && i->op != ADD)
		return false;
	if (place >= FIELD) {
		if (!me->reg[place - FIELD])
			return false;
		place = GLOBALS + 2 * (me->reg[place - FIELD] - 1);
	}
	return newest(me, place) >= 0;
}

/* Agents: the threads, then the way out of each thread to each place. */
bool can_step(const struct state *s, int agent)
{
	const struct thread *me;
	const struct insn *i;

	if (agent >= THREADS)
		return can_commit(&s->thread[(agent - THREADS) / PLACES],
				  (agent - THREADS) % PLACES);
	me = &s->thread[agent];
	if (!me->live || me->done)
		return false;
	if (agent >= ACTORS && !me->pc && me->waits_for)
		return false;
	i = &code_of(agent)[me->pc];
	if (me->stores && (must_be_empty(i) || own_place_waits(s, agent, i)))
		return false;
	if (i->op == LOCK)
		return !s->owner[i->a] && !s->readers[i->a];
	if (i->op == READ_LOCK)
		return !s->owner[i->a];
	if (i->op == WAIT_FOR)
		return s->completed;
	if (i->op == SLEEP)
		return s->wakes != me->reg[i->a];
	return i->op != GP_END || !me->waits_for;
}

/* A free choice can go several ways. */
int ways(const struct state *s, int agent)
{
	const struct insn *i;

	if (agent >= THREADS)
		return 1;
	i = &code_of(agent)[s->thread[agent].pc];
	return i->op == CHOOSE ? i->b : 1;
}

/* False: the execution ends with it, by a failure. */
bool step(struct state *s, int agent, int way)
{
	struct thread *me;

	if (agent >= THREADS) {
		commit(s, (agent - THREADS) / PLACES, (agent - THREADS) % PLACES);
		return true;
	}
	me = &s->thread[agent];
	if (agent >= ACTORS && !me->pc) {
		if (!begin_callback(s, agent))
			return false;
	} else if (code_of(agent)[me->pc].op == CHOOSE) {
		me->reg[code_of(agent)[me->pc].a] = way;
	} else if (!make(s, agent, &code_of(agent)[me->pc])) {
		return false;
	}
	me->pc++;
	run_on(me, code_of(agent));
	if (agent >= ACTORS && me->done)
		end_section(s, agent);
	return true;
}

bool over(const struct state *s)
{
	int t;

	for (t = 0; t < THREADS; t++)
		if (s->thread[t].live &&
		    (!s->thread[t].done || s->thread[t].stores))
			return false;
	return true;
}

void start(struct state *s)
{
	int t;

	memset(s, 0, sizeof(*s));
	memcpy(s->mem, program->start, GLOBALS);
	/* What the scenario begins with: an object behind the pointer. */
	if (program->start[GLOBALS - 1]) {
		s->object[0] = ALIVE;
		s->mem[GLOBALS] = 1;
	}
	for (t = 0; t < program->actors; t++) {
		s->thread[t].live = 1;
		run_on(&s->thread[t], code_of(t));
	}
}
