// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the list costs (claim I11): in time, beside the flush by name, and in
 * locks, where times say little.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "bench.h"
#include "count.h"
#include "steps.h"

struct lab_counts lab_counts;

/* So many directories between two looks at the clock. */
#define LAB_CHUNK	200
#define LAB_CHUNKS	200
/* What grace periods hold back must not pile up: a pause, off the clock. */
#define LAB_PAUSE	16

static int lab_time_chunk(struct lab_bench *bench, unsigned int dirs,
			  unsigned int n, u64 *ns)
{
	const struct lab_pid_scheme *scheme = bench->ns->scheme;
	u64 start = ktime_get_ns();
	struct lab_task *task;
	unsigned int i;

	for (i = 0; i < n; i++) {
		task = lab_fork(bench->ns, 1, NULL, NULL);
		if (!task)
			return -ENOMEM;
		lab_look_up(bench->proc[0], 1, dirs, 0);
		scheme->release_task(task);
	}
	*ns = ktime_get_ns() - start;
	return 0;
}

static int lab_compare_ns(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/*
 * Claim I11: fork, look-ups, exit, under this scheme and by name in turn,
 * chunk by chunk: what slows the machine down slows down both. The medians.
 */
static int lab_measure_process(const struct lab_config *config,
			       unsigned int dirs)
{
	const struct lab_pid_scheme *schemes[] = {
		config->scheme, &lab_scheme_by_name
	};
	unsigned int n = max(LAB_CHUNK / dirs, 1u), chunk, i;
	struct lab_bench bench[2] = { };
	u64 *ns[2];
	int err = 0;

	for (i = 0; i < 2; i++) {
		ns[i] = kcalloc(LAB_CHUNKS, sizeof(*ns[i]), GFP_KERNEL);
		if (!ns[i])
			err = -ENOMEM;
		if (!err)
			err = lab_open_bench(&bench[i], schemes[i], 2);
	}
	/* The first chunks warm up, and are measured anew. */
	for (chunk = 0; !err && chunk < LAB_CHUNKS + LAB_PAUSE; chunk++) {
		for (i = 0; !err && i < 2; i++)
			err = lab_time_chunk(&bench[i], dirs, n,
					     &ns[i][chunk % LAB_CHUNKS]);
		if (!(chunk % LAB_PAUSE))
			rcu_barrier();
		cond_resched();
	}
	for (i = 0; i < 2; i++) {
		if (bench[i].ns)
			lab_close_bench(&bench[i]);
		if (ns[i])
			sort(ns[i], LAB_CHUNKS, sizeof(*ns[i]), lab_compare_ns,
			     NULL);
	}
	if (!err)
		lab_print("# raw metric=process scheme=%s rep=%u dirs=%u n=%u p50_ns=%llu by_name_p50_ns=%llu\n",
			  config->name, config->rep, dirs, n,
			  (unsigned long long)ns[0][LAB_CHUNKS / 2],
			  (unsigned long long)ns[1][LAB_CHUNKS / 2]);
	kfree(ns[0]);
	kfree(ns[1]);
	return err;
}

static int lab_bench_process(const struct lab_config *config,
			     unsigned long arg)
{
	int err = lab_measure_process(config, 1);

	if (!err)
		err = lab_measure_process(config, 10);
	return err ? err : lab_measure_process(config, LAB_MOST_DIRS);
}

/* Locks taken by the scheme's own code. */
static int lab_bench_count(const struct lab_config *config, unsigned long arg)
{
	const struct lab_pid_scheme *counted = config->counted;
	struct lab_bench bench;
	struct lab_task *task;
	unsigned int dirs;
	int err;

	err = lab_open_bench(&bench, counted, 2);
	for (dirs = 1; !err && dirs <= LAB_MOST_DIRS; dirs *= 10) {
		lab_counts = (struct lab_counts){ };
		task = lab_fork(bench.ns, 1, NULL, NULL);
		if (!task) {
			err = -ENOMEM;
			break;
		}
		lab_look_up(bench.proc[0], 1, dirs, 0);
		counted->release_task(task);
		lab_print("# raw metric=locks scheme=%s rep=%u dirs=%u locks=%lu\n",
			  config->name, config->rep, dirs, lab_counts.locks);
	}
	if (bench.ns)
		lab_close_bench(&bench);
	return err;
}

const struct lab_step lab_costs[] = {
	{ "process", lab_bench_process, 0 },
	{ "count", lab_bench_count, 0 },
	{ }
};
