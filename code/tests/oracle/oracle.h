/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two files of the oracle share: programs, states, what is found.
 *
 *	machine.c  what a step does to a state
 *	oracle.c   reads programs, visits all states, tells what was found
 */
#ifndef LAB_ORACLE_H
#define LAB_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#define ACTORS		3
#define THREADS		(ACTORS + 2)	/* and two callbacks */
#define GLOBALS		4		/* the last is a pointer */
#define OBJECTS		4
#define PLACES		(GLOBALS + 2 * OBJECTS)
#define LOCKS		3		/* the last is a rwlock */
#define REGS		8
#define OBJECT		4		/* register: a callback's object */
#define CODE		120
#define STORES		6		/* of one thread, on their way */
#define AGENTS		(THREADS + THREADS * PLACES)

/* Operands: a number below 100 is itself, 100 + n is register n. */
#define REG		100
/* Places: below GLOBALS a global; 50 + n the field of register n's object. */
#define FIELD		50

enum order { PLAIN, MARKED, ACQUIRE, RELEASE, FULL };

enum opcode {
	READ, WRITE, XCHG, CAS, ADD, FENCE, REGION, LOCK, UNLOCK, TRYLOCK,
	READ_LOCK, READ_UNLOCK, COMPLETE, WAIT_FOR,
	RCU_LOCK, RCU_UNLOCK, GP_BEGIN, GP_END, CALL_RCU, ALLOC, FREE,
	CHOOSE, PREPARE, SLEEP, WAKE,
	/* What nobody else can see. */
	SET, INC, BRANCH, JUMP, EXPECT, EXIT, OPCODES,
};

enum compare { EQUAL, UNEQUAL, LESS };

enum kind {
	RACE, USE_AFTER_FREE, DOUBLE_FREE, NULL_POINTER, LEAK, DEADLOCK,
	LIVELOCK, INVARIANT, RCU_MISUSE, KINDS,
};

struct insn {
	uint8_t op, a, b, c, d;
};

struct program {
	char name[32];
	struct insn code[THREADS][CODE];
	int actors;
	uint8_t start[GLOBALS];
	bool delayed;			/* stores are */
};

/*
 * Who knows of which accesses: a bit for the latest access of each kind by
 * each thread to each place. An access is new when it is made, so its bit is
 * taken out of every set and put into that of its thread; to know of it later
 * is to come after it.
 */
typedef uint64_t know __attribute__((vector_size(32), aligned(16)));

struct store {
	uint8_t place, value, release, pad;
	uint32_t pad2;
	know passed_on;
};

struct thread {
	uint8_t pc, live, done, stores;
	uint8_t sections, waits_for, fenced, pad;
	uint8_t reg[REGS];
	know knows, owed, fence, grace;
	struct store store[STORES];
};

struct state {
	uint8_t mem[PLACES];
	uint8_t owner[LOCKS], readers[LOCKS], completed, wakes;
	uint8_t object[OBJECTS];	/* 0: never allocated */
	know made;			/* accesses, at all */
	know released[PLACES], unlocked[LOCKS], read_unlocked[LOCKS];
	know before_grace[THREADS], before_all, completion, waking;
	know section_ended[THREADS];
	struct thread thread[THREADS];
};

enum { NEVER, ALIVE, DEAD };

/* What was found for the program at hand. */
extern const struct program *program;
extern uint32_t found;
extern bool too_big;

void start(struct state *s);
bool can_step(const struct state *s, int agent);
int ways(const struct state *s, int agent);
bool step(struct state *s, int agent, int way);
bool over(const struct state *s);

#endif
