/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scenario is written in: who acts, what must hold.
 *
 * The explorer plays it under every interleaving (code/runtime/explore/), the
 * debug kernels under their own detectors, an actor a kthread
 * (code/module/debug/).
 *
 * How to write a scenario: Documentation/explorer/scenarios.rst.
 */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#define LAB_MAX_ACTORS	16

/**
 * struct lab_actor - somebody who acts in a scenario
 * @name: as it stands above its lane; in a schedule, with _ for each space
 * @run: what it does; it is done when this returns
 * @interrupts: NULL for a process. The name of another actor: this is an
 *	interrupt handler that arrives once, on that actor's CPU, at any
 *	point where interrupts are on there
 * @softirq: with @interrupts: a bottom half (a timer, a tasklet), not a hard
 *	interrupt. local_bh_disable() keeps it away as well, it never comes
 *	while another handler is at work, and a hard one may come on top of it
 */
struct lab_actor {
	const char *name;
	void (*run)(void);
	const char *interrupts;
	_Bool softirq;
};

/**
 * struct lab_scenario - what is played
 * @name: as its file is called
 * @what: one line for people
 * @setup: runs first, alone
 * @finish: runs last, alone, when all actors and all that they queued are
 *	done; what still lives after it has leaked
 * @alloc_failures: so many allocations of the actors may fail in one execution,
 *	whichever; 0: none does
 * @actors: they run side by side, LAB_MAX_ACTORS of them at most; the first
 *	without a name ends the list
 */
struct lab_scenario {
	const char *name;
	const char *what;
	void (*setup)(void);
	void (*finish)(void);
	unsigned int alloc_failures;
	struct lab_actor actors[LAB_MAX_ACTORS + 1];
};

/* Each scenario defines this one. */
extern const struct lab_scenario lab_scenario;

/* Each environment has its own. */
void lab_x_unexpected(const char *text);

/**
 * lab_expect() - an invariant of the scenario
 * @cond: must be true
 * @text: says in words what was expected
 *
 * Not a step of its own: it looks at what the actor has read already.
 */
#define lab_expect(cond, text) \
	do { if (!(cond)) lab_x_unexpected(text); } while (0)

#ifdef __KERNEL__
#define lab_x_must(text) lab_x_unexpected(text)
#else
void lab_x_must(const char *text);
#endif

/**
 * lab_must() - an expectation without which the rest means nothing
 * @cond: must be true
 * @text: says in words what was expected
 *
 * In the explorer it ends the execution, so that what comes of it does not
 * cover it up: a count that is wrong is told from the use after free that it
 * leads to.
 */
#define lab_must(cond, text) \
	do { if (!(cond)) lab_x_must(text); } while (0)

/**
 * enum lab_used_what - what lab_used() counts
 * @LAB_USED_LOCKS: locks that were asked for: spinlocks, rwlocks, mutexes and
 *	bit locks, and each trylock, whether it got the lock or not
 * @LAB_USED_WAITS: calls that may sleep until somebody else has done something:
 *	mutex_lock(), wait_event(), wait_for_completion(), flush_work(),
 *	rcu_barrier(), synchronize_rcu(). An allocation and might_sleep() are none
 * @LAB_USED_GRACE_PERIODS: grace periods that were waited for:
 *	synchronize_rcu(); not call_rcu()
 * @LAB_USED_CALLBACKS: what was handed to somebody else to run: call_rcu(),
 *	queue_work(), queue_rcu_work()
 * @LAB_USED_ALLOCATIONS: lab_alloc() and lab_alloc_atomic()
 * @LAB_USED_RMWS: atomic read-modify-writes: xchg(), cmpxchg(), atomic and
 *	reference counts. A lock of one's own shows here
 * @LAB_USED_NR: how many there are
 */
enum lab_used_what {
	LAB_USED_LOCKS,
	LAB_USED_WAITS,
	LAB_USED_GRACE_PERIODS,
	LAB_USED_CALLBACKS,
	LAB_USED_ALLOCATIONS,
	LAB_USED_RMWS,
	LAB_USED_NR,
};

/**
 * lab_used() - how often the actor that asks has used something so far
 * @what: which thing
 *
 * For a rule about one function: ask before the call and after it, and say
 * lab_expect() about the difference. Each call counts, also one that turned out
 * to have nothing to wait for.
 *
 * Return: the count of this execution. In a kernel nothing is counted and it is
 * 0, so that "no more than" always holds there: don't ask for "at least".
 */
#ifdef __KERNEL__
#define lab_used(what) ((void)(what), 0u)
#else
unsigned int lab_x_used(enum lab_used_what what);
#define lab_used(what) lab_x_used(what)
#endif

/**
 * lab_choose() - a value that nobody decides
 * @n: how many there are, 255 at most
 *
 * The explorer tries each of them. A kernel takes the first.
 *
 * Context: an actor of the scenario. When it sets up or finishes, it is 0.
 * Return: 0 to @n - 1
 */
#ifdef __KERNEL__
#define lab_choose(n) ((void)(n), 0U)
#else
unsigned int lab_choose(unsigned int n);
#endif

/**
 * lab_settle() - wait for what was handed to others so far: callbacks and works
 *
 * What a module does before it goes: rcu_barrier(), for the callbacks, which
 * queue the works of queue_rcu_work(); then flush_workqueue(), for the works.
 *
 * Context: an actor of the scenario. May sleep.
 */
#ifdef __KERNEL__
void lab_settle(void);
#else
void lab_x_settle(void);
#define lab_settle() lab_x_settle()
#endif

#endif /* LAB_SCENARIO_H */
