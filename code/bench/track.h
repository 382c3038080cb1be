/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the measurements (bench.c) and the counts (count.c) share: one task
 * to look at, with its first nsproxy.
 */
#ifndef LAB_TRACK_H
#define LAB_TRACK_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "lab_run.h"
#include "scheme.h"

/* How the remote readers read. */
enum lab_how { LAB_GET, LAB_PEEK, LAB_OWN };

/**
 * struct lab_track - what the threads of a measurement share
 * @scheme: the scheme
 * @how: the readers' way
 * @task: whom all look at
 * @home: the nsproxy that it starts with
 * @begun: somebody is at work
 * @clock_runs: between warm-up and end
 * @ops: reads while the clock ran, of all readers
 * @switches: by the writer while the clock ran
 */
struct lab_track {
	const struct lab_nsproxy_scheme *scheme;
	enum lab_how how;
	struct lab_task *task;
	struct lab_nsproxy *home;
	bool begun;
	bool clock_runs;
	atomic64_t ops;
	atomic64_t switches;
};

int lab_lay_track(struct lab_track *track,
		  const struct lab_nsproxy_scheme *scheme);
void lab_clear_track(struct lab_track *track);
struct lab_nsproxy *lab_next_nsproxy(struct lab_track *track, bool last);

#ifdef __KERNEL__
/* expedited.c: rcu.c with expedited grace periods; the module's only */
extern const struct lab_nsproxy_scheme lab_scheme_rcu_expedited;
#endif

/* count.c */
int lab_bench_count(const struct lab_config *config, unsigned long arg);
int lab_bench_once(const struct lab_config *config, unsigned long arg);

#ifndef __KERNEL__
/* bare.c: liburcu with nothing around it, as a yardstick; native only */
extern const struct lab_nsproxy_scheme lab_scheme_bare;
/* lock_apart.c: dedicated_lock.c with its lock away from the pointer; native only */
extern const struct lab_nsproxy_scheme lab_scheme_dedicated_lock_apart;
#endif

#endif /* LAB_TRACK_H */
