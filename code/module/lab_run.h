/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run: scenarios and measurements over one scheme, reported as KTAP.
 *
 * This part is written once, too: the module runs it in kthreads, the native
 * runtime in threads. What differs between these is behind the functions at
 * the end; what differs between families of schemes is in struct lab_family.
 */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include <linux/kthread.h>
#include <linux/types.h>

#include "lab.h"

/**
 * struct lab_config - what to run
 * @name: of the scheme
 * @scheme: its table, of the family's own type
 * @counted: the same with its operations counted, or NULL
 * @run: names of steps, joined by commas
 * @readers: remote readers, at the most
 * @ms: how long each scenario and each measured loop runs, in milliseconds
 * @samples: how many switches to time for each kind of switch
 * @rep: number of this repetition, copied to the raw data
 * @nr_cpus: to spread the threads over
 */
struct lab_config {
	const char *name;
	const void *scheme;
	const void *counted;
	const char *run;
	unsigned int readers;
	unsigned int ms;
	unsigned int samples;
	unsigned int rep;
	unsigned int nr_cpus;
};

/**
 * struct lab_step - one line of the report
 * @name: by which @run of struct lab_config names it
 * @fn: returns 0, or a negative errno when it could not be carried out
 * @arg: for @fn
 */
struct lab_step {
	const char *name;
	int (*fn)(const struct lab_config *config, unsigned long arg);
	unsigned long arg;
};

/**
 * struct lab_scheme_entry - a scheme, as the family lists it
 * @name: as its file is called
 * @scheme: its table
 * @counted: the same with its operations counted, or NULL
 */
struct lab_scheme_entry {
	const char *name;
	const void *scheme;
	const void *counted;
};

/**
 * struct lab_family - schemes that guard the same thing, and what they run
 * @name: the module is called NAME_lab, its report /proc/NAME_lab
 * @schemes: ends with an empty entry
 * @steps: tables of steps, each ending with an empty one; NULL ends the list
 *
 * There is one in each module and in each native program.
 */
struct lab_family {
	const char *name;
	const struct lab_scheme_entry *schemes;
	const struct lab_step *steps[4];
};

extern const struct lab_family lab_family;

#define LAB_MAX_THREADS 16

/**
 * struct lab_crew - the threads of a scenario or a measurement
 * @threads: the first @nr are there
 * @nr: how many
 */
struct lab_crew {
	struct task_struct *threads[LAB_MAX_THREADS];
	unsigned int nr;
};

/* run.c */
int lab_run(const struct lab_config *config);
int lab_find_scheme(const char *name, struct lab_config *config);
int lab_hire(struct lab_crew *crew, int (*fn)(void *), void *data,
	     unsigned int cpu);
void lab_dismiss(struct lab_crew *crew);
unsigned long lab_violations(void);

/* Each environment has its own: module/, runtime/native/ */
__printf(1, 2) void lab_print(const char *fmt, ...);
void lab_sleep_ms(unsigned int ms);
bool lab_stopping(void);
long lab_live_objects(void);
void lab_settle(void);
unsigned int lab_hz(void);

#endif /* LAB_RUN_H */
