/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scenario is written in, in the kernel. The scenarios are the
 * explorer's own (code/runtime/explore/include/explore.h says what each field
 * means); here their actors are kthreads, each on a CPU of its own.
 */
#ifndef LAB_EXPLORE_H
#define LAB_EXPLORE_H

#include <linux/types.h>

/* One CPU each (code/kernel/base.config has four). */
#define LAB_MAX_ACTORS	4

/**
 * struct lab_actor - somebody who acts in a scenario
 * @name: as a schedule names it, with _ for each space
 * @run: what it does; it is done when this returns
 * @interrupts: NULL for a kthread. The name of another actor: this one is a
 *	softirq on that actor's CPU
 */
struct lab_actor {
	const char *name;
	void (*run)(void);
	const char *interrupts;
};

/**
 * struct lab_scenario - what is played
 * @name: as its file is called
 * @what: one line for people
 * @setup: runs first, alone
 * @finish: runs last, alone
 * @actors: they run side by side; the first without a name ends the list
 */
struct lab_scenario {
	const char *name;
	const char *what;
	void (*setup)(void);
	void (*finish)(void);
	struct lab_actor actors[LAB_MAX_ACTORS + 1];
};

extern const struct lab_scenario lab_scenario;

void lab_unexpected(const char *text);

/**
 * lab_expect() - an invariant of the scenario
 * @cond: must be true
 * @text: says in words what was expected
 */
#define lab_expect(cond, text) \
	do { if (!(cond)) lab_unexpected(text); } while (0)

#endif /* LAB_EXPLORE_H */
