/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of the explorer: what its own files share. The explored code
 * never sees this; it sees include/explore.h and include/linux/.
 *
 *	coro.c    stacks, the switch between them, faults and the watchdog
 *	mem.c     objects with lifetimes; is this address any good?
 *	list.c    what CONFIG_DEBUG_LIST sees
 *	stack.c   variables that die when their function returns
 *	race.c    data races, by vector clocks of synchronisation
 *	tsan.c    the compiler's hooks: every access of the explored code
 *	lock.c    spinlocks, rwlocks, mutexes
 *	bit_lock.c  bit locks
 *	context.c preemption, interrupts, bottom halves off; who may not sleep
 *	order.c   the order in which locks nest; order_tell.c says what is
 *		  wrong with it
 *	rcu.c     sections, grace periods, callbacks
 *	wait.c    completions, wait queues, workqueues
 *	loop.c    loops that wait, and loops that count
 *	weak.c    stores delayed per thread and address
 *	libc.c    what of the C library may be called
 *	livelock.c rounds of several that change nothing
 *	choice.c  free choices: lab_choose(), allocations that fail
 *	proc.c    processes: actors, callbacks, works, interrupts
 *	sched.c   one execution: who can go on, and the switch
 *	depend.c  which steps depend on one another
 *	search.c  which execution comes next: depth first, reduced
 *	guide.c   a schedule that somebody wrote down, by labelled points
 *	blocked.c who keeps a process from going on
 *	guard.c   for code that nobody has read: stacks and pointers to functions
 *	outcome.c what executions end with
 *	report.c  failures, the trace, the result in JSON
 *	main.c    options, and what is searched in which order
 *
 * calls.h has what each of them offers the others.
 */
#ifndef LAB_EXPLORE_ENGINE_H
#define LAB_EXPLORE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "explore.h"

#define X_PROCS		64		/* as many as an x_set has bits */
#define X_FEET		24
#define X_EVENTS	4096
#define X_HELD		64		/* locks of one process at a time */
#define X_BITS		16		/* and bit locks */
#define X_CALLS		8		/* noted of who called whom */
#define X_PAGE		4096UL

#define X_ARENA		0x100000000000UL
#define X_ARENA_PROC	(128UL << 10)
#define X_ARENA_SIZE	(X_PROCS * X_ARENA_PROC)
#define X_STACKS	0x200000000000UL
#define X_STACK_PROC	(128UL << 10)
#define X_STACKS_SIZE	(X_PROCS * X_STACK_PROC)
#define X_GLOBALS_MAX	(1UL << 20)
#define X_INDEX_SIZE	(X_ARENA_SIZE + X_STACKS_SIZE + X_GLOBALS_MAX)

/* Where the explored code calls the explorer: in each of its entries. */
#define X_PC()		(x_entered(__builtin_frame_address(0)),		\
			 (uintptr_t)__builtin_return_address(0))

/* Processes, by number. */
typedef uint64_t x_set;
#define X_BIT(p)	((x_set)1 << (p))

static inline int x_first(x_set set)
{
	return __builtin_ctzll(set);
}

/* One component a process. Always passed by pointer. */
typedef uint16_t x_clock __attribute__((vector_size(X_PROCS * 2)));

static inline uint64_t x_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

enum x_kind {
	X_OP_READ, X_OP_WRITE, X_OP_RMW, X_OP_FREE,
	X_OP_LOCK, X_OP_UNLOCK, X_OP_READ_LOCK, X_OP_READ_UNLOCK, X_OP_TRYLOCK,
	X_OP_LOCK_INIT,
	X_OP_BIT_LOCK, X_OP_BIT_UNLOCK,
	X_OP_RCU_LOCK, X_OP_RCU_UNLOCK, X_OP_GP_BEGIN, X_OP_GP_END,
	X_OP_CALL_RCU, X_OP_CALLBACK, X_OP_BARRIER_BEGIN, X_OP_RCU_BARRIER,
	X_OP_COMPLETE, X_OP_WAIT_COMPLETION, X_OP_WAKE, X_OP_WAIT_PREPARE,
	X_OP_WAIT,
	X_OP_QUEUE_WORK, X_OP_WORK, X_OP_FLUSH_WORK,
	X_OP_IRQ_OFF, X_OP_IRQ_ON, X_OP_BH_ON, X_OP_IRQ_ENTER, X_OP_IRQ_EXIT,
	X_OP_FENCE, X_OP_COMMIT, X_OP_JOIN, X_OP_POINT, X_OP_CHOICE, X_OP_NR,
};

/*
 * A step that others may see. Its feet say where it treads: two steps are
 * dependent when they tread on one cell and one of them writes. A cell is
 * four bytes of the explored memory, or one of the special ones below.
 */
struct x_op {
	uint8_t kind;
	uint8_t nfeet;
	/* Can be disabled: by more than the last event on its cells. */
	bool blocking;
	uint8_t size;
	uint32_t feet[X_FEET];		/* cell << 1 | writes */
	uintptr_t addr;
	uintptr_t pc;
	uint64_t arg;
};

enum {
	X_CELL_RCU = X_INDEX_SIZE / 4,	/* sections against grace periods */
	X_CELL_CALLBACKS,		/* call_rcu() against rcu_barrier() */
	X_CELL_WORKS,			/* queueing against lab_settle() */
	X_CELL_IRQ,			/* one for each interruptible process */
	X_CELLS = X_CELL_IRQ + X_PROCS,
};

struct x_event {
	x_clock dep;			/* by dependence: for the reduction */
	uint8_t proc;
	uint8_t kind;
	uint8_t size;
	uint16_t nth;			/* of its process, from 1 */
	uintptr_t addr;
	uintptr_t pc;
	uint64_t value;
};

enum x_state { X_UNUSED, X_NEW, X_PARKED, X_DONE };

struct x_held {
	struct lab_x_lock *lock;
	unsigned int subclass;		/* that it was taken as */
	bool read;
	uintptr_t pc;
};

/* A bit lock that was taken; a store by hand may have released it since. */
struct x_bit {
	unsigned long *word;
	unsigned long mask;
	uintptr_t pc;
};

struct x_proc {
	x_clock dep;
	x_clock sync;			/* by synchronisation: for races */
	x_clock fence;			/* as of its last release fence */
	x_clock owed;			/* to its next acquire fence */
	x_clock waits_for;		/* sections it waits for, by number */
	x_clock regions_then;		/* regions that were on when it began to */
	x_clock irq[2];			/* passed on with its interrupts: one
					 * CPU; hard ones, and softirqs */
	enum x_state state;
	void *sp;
	struct x_op *op;
	struct x_op start_op;
	void (*run)(void *);
	void *arg;
	const char *name;
	char kind;			/* 'p'rocess, 'i'nterrupt, 'c'allback,
					 * 'w'ork, 'b'uffer */
	int8_t host;			/* a handler's: the process whose CPU
					 * it comes to; or -1 */
	int8_t top;			/* who is at work on its CPU */
	int8_t below;			/* a handler's: whom it interrupted */
	int8_t parent;
	bool has_guest;			/* somebody may come on top of it */
	bool soft;			/* a handler: of a softirq */
	bool inside;			/* a handler or a callback that is at work */
	bool fenced;
	uint16_t nth;
	uint16_t spawned;
	uint16_t begun, ended;		/* RCU sections, outermost */
	int16_t data_race;		/* within so many of them */
	uint16_t regions;		/* where nothing could preempt it */
	int16_t preempt, rcu, bh_off;
	bool irq_off;			/* the flag; bottom halves are counted */
	int8_t nheld, nbits;
	int unlock_event;		/* of its last section to end */
	int last;			/* events there were after its last step */
	int writing;			/* event whose value is not known yet */
	int log_writing;
	/* At its last entry: where its own frames begin, its frame pointer
	 * and where it goes on. */
	uintptr_t entry, frame, came_from;
	uintptr_t low;			/* below are no variables of its own */
	uint64_t mem_used;
	uint32_t unseen;		/* plain reads since its last step */
	void *work;
	unsigned int used[LAB_USED_NR];
	/* Not cleared from here on: the counts above say what is in use. */
	struct x_held held[X_HELD];
	struct x_bit bits[X_BITS];
};

struct x_object {
	uintptr_t base;
	uint32_t size;
	bool dead;
	uint8_t alloc_proc, free_proc;
	int alloc_event, free_event;
	uintptr_t alloc_pc, free_pc;
};

/* A state on the path of the search, before the event of its number. */
struct x_node {
	x_set enabled, sleep, backtrack, done;
	x_set among;			/* only they go next, to be fair */
	uint8_t choice;
	uint8_t value, nvalues;		/* of a free choice: lab_choose() */
	uint8_t running;		/* who ran before */
	uint32_t pending;		/* what all were about to do, mixed */
	uint16_t preemptions, switches;
};

enum x_mode { X_NONE, X_SLEEP, X_DPOR };

struct x_failure {
	enum lab_x_failure kind;
	int proc, other_proc;
	int event, other_event;
	uintptr_t pc, other_pc, addr;
	int object;
	bool elsewhere;			/* a part is of another execution */
	char text[320];
};

struct x_log {
	char what;			/* 'e'vent, 'p'lain, 'l'abel, 'a'lloc,
					 * 'f'ree, 'v'iolation, 'n'ote */
	uint8_t proc, size;
	bool write;
	int event;
	uintptr_t pc, addr;
	uintptr_t calls[X_CALLS];	/* from there outwards, up to a 0 */
	uint64_t value;
	const char *text;
};

#define X_FAILURES	16
#define X_LOG		16384

#define X_CANARY 0x6c61622d63616e61ULL

struct x_engine {
	uint64_t low_canary;		/* whoever writes here went astray */

	/* One execution */
	struct x_proc proc[X_PROCS];
	int cur, nprocs;
	bool sequential, over, cut, tracing, restart, hard;
	int nevents, nfailures;
	uint32_t stamp;
	uint64_t plain_accesses;
	unsigned int failed_allocations;
	bool graces, regions;		/* there were some in this execution */
	bool hasty;			/* see rcu.c */
	x_set turn;			/* they go next: see livelock.c */
	struct x_failure failures[X_FAILURES];
	struct x_object *objects;
	int nobjects;
	struct x_event *events;
	struct x_node *nodes;
	struct x_op last_op;
	struct x_log *log;
	int nlog;
	void *main_sp;

	/* One search */
	enum x_mode mode;
	int bound;			/* of preemptions, -1: none */
	int most_switches, most_steps;	/* nothing longer is of interest */
	int prefix;			/* nodes that are decided already */
	bool replay, guided;
	bool given;			/* a schedule from outside: may not fit */
	bool partly;			/* and its failure is only in part here */
	uint64_t executions, redundant, total_steps, restarts, failing;
	int deepest;
	bool keep_signatures;
	uint64_t *signatures;
	uint64_t nsignatures, max_signatures;

	/* Options */
	uint32_t want;			/* kinds that end the search */
	bool all;			/* none does */
	bool guard, weak, reuse, no_races;
	bool word_writes;		/* plain ones count as marked: KCSAN */
	int rounds;			/* of a loop that counts, each explored */
	int max_steps;
	double time_limit;
	uint64_t max_executions;
	uint64_t start_ns, search_cap;
	const char *bounded_by;		/* NULL: exhaustive */
	bool rounds_cut;		/* some loop went round more often */
	bool endless_cut;		/* and had no end by itself */
	uint64_t alone;			/* steps of loops by themselves: no events */
	bool steps_cut;			/* somebody was made to let others go on */
	volatile int interrupted;
	int progress;
	uint8_t spawn_id[X_PROCS][X_PROCS];	/* who is whose nth child, for good */
	int nids;
	uint64_t high_canary;
};

extern struct x_engine X;

/* The registers that a call keeps, as they were where the explored code called
 * the explorer last, and its stack pointer: see entries() in builder.py. */
extern struct x_regs {
	uint64_t saved[6];
	uintptr_t sp;
} x_regs;

/* What is said in the end, as main.c keeps it. */
extern struct x_summary {
	uint64_t executions, redundant, steps, signatures, shortening;
	uint64_t failing;
	int deepest, preemptions, switches;
	bool partly;			/* what failed is in part elsewhere */
	bool shortest;			/* proven: none has fewer switches */
	double seconds, cpu_seconds;
	const char *bounded_by;
	double covered;			/* of the search, about */
	int rounds;
	bool rounds_cut, endless_cut, steps_cut;
	uint32_t kinds;
	int nschedule;
	uint16_t schedule[X_EVENTS];	/* process, and value << 8 */
	enum lab_x_failure kind;
} summary;


/* Of the components, only those count whose process has come up. */
static inline void x_join(x_clock *a, const x_clock *b)
{
	typedef uint16_t part __attribute__((vector_size(16), may_alias));
	const part *from = (const part *)b;
	part *to = (part *)a, greater;
	int i;

	for (i = 0; i * 8 < X.nids; i++) {
		greater = (part)(to[i] > from[i]);
		to[i] = (to[i] & greater) | (from[i] & ~greater);
	}
}

static inline struct x_proc *x_me(void)
{
	return &X.proc[X.cur];
}

static inline void x_clear(struct x_proc *p)
{
	memset(p, 0, offsetof(struct x_proc, held));
}

/* For lab_used(): what the scenario's rules are about. */
static inline void x_use(enum lab_used_what what)
{
	x_me()->used[what]++;
}

/* The linker gathers the explored code here, if it is to be guarded. */
extern char __start_lab_text[] __attribute__((weak));
extern char __stop_lab_text[] __attribute__((weak));

static inline bool x_in_text(uintptr_t pc)
{
	return pc - (uintptr_t)__start_lab_text <
	       (uintptr_t)(__stop_lab_text - __start_lab_text);
}

void x_returned(uintptr_t low, uintptr_t pc);

static inline void x_entered(const uintptr_t *frame)
{
	struct x_proc *me = x_me();

	if ((uintptr_t)(frame + 2) > me->low)
		x_returned((uintptr_t)(frame + 2), frame[1]);
	me->low = (uintptr_t)(frame + 2);
	/* Whoever called is not followed unless somebody wants to see it. */
	if (X.tracing && !X.guard)
		me->frame = frame[0];
	/* The explorer calls some of its entries itself. */
	if (!X.guard || !x_in_text(frame[1]))
		return;
	me->entry = (uintptr_t)(frame + 2);
	me->frame = frame[0];
	me->came_from = frame[1];
}

#include "calls.h"

#endif
