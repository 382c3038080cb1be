// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what one operation of a scheme does, instead of timing it: the same
 * figures on any machine, emulated or not. count.h does the counting.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "count.h"
#include "track.h"

struct lab_counts lab_counts;

static void lab_print_counts(const struct lab_config *config, const char *op,
			     unsigned int n)
{
	lab_print("# raw metric=count scheme=%s rep=%u op=%s n=%u locks=%lu rmws=%lu held_ns=%llu\n",
		  config->name, config->rep, op, n, lab_counts.locks,
		  lab_counts.rmws, (unsigned long long)lab_counts.held_ns);
	lab_counts = (struct lab_counts){ };
}

/*
 * A lock that nobody wants, held for nothing, timed as the others are: what
 * held_ns says of it is what the clock costs, and is in every other held_ns.
 */
static void lab_time_nothing(unsigned int n)
{
	spinlock_t lock;	/* guards nothing */

	spin_lock_init(&lock);
	while (n--) {
		lab_counted_spin_lock(&lock);
		lab_counted_spin_unlock(&lock);
	}
}

/* Not by loop_get: its put is not the scheme's, and so not to be counted. */
static void lab_count_gets(struct lab_track *track, unsigned int n)
{
	struct lab_uts_namespace *uts_ns;

	while (n--) {
		uts_ns = track->scheme->utsns_get(track->task);
		if (uts_ns)
			lab_put_uts_ns(uts_ns);
	}
}

/* A switch of the other kind may wait for a grace period each time. */
#define LAB_COUNTED		100
#define LAB_COUNTED_LAST	20

/**
 * lab_bench_count() - count, and hold the watch to every spinlock held
 * @config: whose counted scheme
 * @arg: not used
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int lab_bench_count(const struct lab_config *config, unsigned long arg)
{
	const struct lab_nsproxy_scheme *scheme = config->scheme;
	const struct lab_nsproxy_scheme *counted = config->counted;
	struct lab_track track = { .how = LAB_GET };
	struct lab_nsproxy *new = NULL;
	unsigned int n = LAB_COUNTED;
	unsigned int i, kind;
	int err;

	err = lab_lay_track(&track, counted);
	if (err)
		goto out;
	/* Warm up: the first pass over any code is the slowest. */
	lab_time_nothing(n);
	lab_count_gets(&track, n);
	counted->loop_peek(track.task, n);
	lab_counts = (struct lab_counts){ };

	lab_time_nothing(n);
	lab_print_counts(config, "nothing", n);
	lab_count_gets(&track, n);
	lab_print_counts(config, "get", n);
	counted->loop_peek(track.task, n);
	lab_print_counts(config, "peek", n);
	counted->loop_own(track.task, n);
	lab_print_counts(config, "own", n);
	for (kind = 0; kind < 2; kind++) {
		n = kind ? LAB_COUNTED_LAST : LAB_COUNTED;
		for (i = 0; i < n; i++) {
			new = lab_next_nsproxy(&track, kind);
			if (!new) {
				err = -ENOMEM;
				goto out;
			}
			/* The first one replaces what the other kind left. */
			if (!i)
				scheme->switch_task_namespaces(track.task, new);
			else
				counted->switch_task_namespaces(track.task, new);
		}
		lab_print_counts(config, kind ? "switch_last" : "switch_shared",
				 n - 1);
	}
out:
	lab_clear_track(&track);
	return err;
}

/**
 * lab_bench_once() - each operation once, for who watches it (code/bench/step)
 * @config: whose scheme
 * @arg: not used
 *
 * In the calling thread: another one could not be stepped through.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int lab_bench_once(const struct lab_config *config, unsigned long arg)
{
	const struct lab_nsproxy_scheme *scheme = config->scheme;
	struct lab_track track = { .how = LAB_GET };
	struct lab_uts_namespace *uts_ns;
	int err;

	err = lab_lay_track(&track, scheme);
	if (!err) {
		uts_ns = scheme->utsns_get(track.task);
		lab_put_uts_ns(uts_ns);
		scheme->task_uts_inum(track.task);
		scheme->current_uts_inum(track.task);
		scheme->switch_task_namespaces(track.task,
					       lab_next_nsproxy(&track, false));
	}
	lab_clear_track(&track);
	return err;
}
