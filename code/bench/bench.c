// SPDX-License-Identifier: GPL-2.0-only
/*
 * The measurements, in the kernel as natively. Each prints raw data, a line
 * a figure ("# raw name=value ..."); code/bench/reduce and plot do the rest.
 *
 * Threads are bound to CPUs and warm up before the clock runs. Readers are
 * never more than there are CPUs; a writer may share the last one's. Which
 * schemes alternate, how often and in which order is decided outside: one call
 * measures one scheme once.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "steps.h"
#include "track.h"

#define LAB_BATCH 64

static const char * const lab_how_names[] = { "get", "peek", "own" };

/**
 * lab_lay_track() - a task with a first nsproxy, for a measurement
 * @track: the rest of it is the caller's
 * @scheme: switches to that nsproxy
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM; lab_clear_track() is due in either case.
 */
int lab_lay_track(struct lab_track *track,
		  const struct lab_nsproxy_scheme *scheme)
{
	track->scheme = scheme;
	track->task = lab_create_task();
	track->home = lab_create_nsproxy();
	if (!track->task || !track->home)
		return -ENOMEM;
	lab_get_nsproxy(track->home);
	scheme->switch_task_namespaces(track->task, track->home);
	return 0;
}

/**
 * lab_clear_track() - the task exits, its namespaces with it
 * @track: all zero, or from lab_lay_track(); nobody looks at it any more
 *
 * Context: Process context, may sleep.
 */
void lab_clear_track(struct lab_track *track)
{
	if (track->task) {
		lab_exit_fs(track->task);
		track->scheme->exit_task_namespaces(track->task);
		lab_put_task(track->task);
	}
	if (track->home)
		lab_put_nsproxy(track->home);
	track->task = NULL;
	track->home = NULL;
}

/**
 * lab_next_nsproxy() - what to switch to
 * @track: whose task will switch
 * @last: the one after this will drop the last reference on it
 *
 * Context: Process context, may sleep.
 * Return: the nsproxy, with a reference for the task, or NULL when there is
 * no memory.
 */
struct lab_nsproxy *lab_next_nsproxy(struct lab_track *track, bool last)
{
	if (last)
		return lab_create_nsproxy();
	lab_get_nsproxy(track->home);
	return track->home;
}

static int lab_run_reader(void *data)
{
	struct lab_track *track = data;
	unsigned long (*loop)(struct lab_task *task, unsigned long n);
	unsigned long ops = 0;
	bool counts;

	loop = track->how == LAB_GET ? track->scheme->loop_get :
	       track->how == LAB_PEEK ? track->scheme->loop_peek :
	       track->scheme->loop_own;
	while (!kthread_should_stop()) {
		counts = READ_ONCE(track->clock_runs);
		WRITE_ONCE(track->begun, true);
		loop(track->task, LAB_BATCH);
		if (counts)
			ops += LAB_BATCH;
		cond_resched();
	}
	atomic64_add(ops, &track->ops);
	return 0;
}

/* A switch a millisecond: rare, as the claims say, but there. */
static int lab_run_writer(void *data)
{
	struct lab_track *track = data;
	struct lab_nsproxy *new;

	while (!kthread_should_stop()) {
		new = lab_share_nsproxy(track->home);
		if (new)
			track->scheme->switch_task_namespaces(track->task, new);
		if (READ_ONCE(track->clock_runs))
			atomic64_inc(&track->switches);
		lab_sleep_ms(1);
	}
	return 0;
}

/* How long the clock ran, in ns, after a warm-up. */
static u64 lab_run_clock(const struct lab_config *config,
			 struct lab_track *track)
{
	u64 start;

	lab_sleep_ms(config->ms / 10 + 1);
	start = ktime_get_ns();
	WRITE_ONCE(track->clock_runs, true);
	lab_sleep_ms(config->ms);
	WRITE_ONCE(track->clock_runs, false);
	return ktime_get_ns() - start;
}

static int lab_measure_reads(const struct lab_config *config, enum lab_how how,
			     unsigned int readers, bool writer)
{
	struct lab_track track = { .how = how };
	struct lab_crew crew = { .nr = 0 };
	unsigned int i;
	u64 ns = 0;
	int err;

	err = lab_lay_track(&track, config->scheme);
	for (i = 0; !err && i < readers; i++)
		err = lab_hire(&crew, lab_run_reader, &track,
			       i % config->nr_cpus);
	if (!err && writer)
		err = lab_hire(&crew, lab_run_writer, &track,
			       config->nr_cpus - 1);
	if (!err)
		ns = lab_run_clock(config, &track);
	lab_dismiss(&crew);
	lab_clear_track(&track);
	if (!err)
		lab_print("# raw metric=read scheme=%s rep=%u how=%s readers=%u writer=%d ops=%lld ns=%llu switches=%lld\n",
			  config->name, config->rep,
			  lab_how_names[how], readers, writer,
			  (long long)atomic64_read(&track.ops),
			  (unsigned long long)ns,
			  (long long)atomic64_read(&track.switches));
	return err;
}

/* Nobody switches: the only way to measure a scheme that would crash. */
#define LAB_CALM	16UL

static int lab_bench_read(const struct lab_config *config, unsigned long arg)
{
	unsigned int most = min(config->readers, config->nr_cpus);
	enum lab_how how = arg & ~LAB_CALM;
	unsigned int readers;
	int err = 0;

	if (how == LAB_OWN)
		return lab_measure_reads(config, how, 1, false);
	for (readers = 1; !err && readers <= most; readers++) {
		err = lab_measure_reads(config, how, readers, false);
		if (!err && !(arg & LAB_CALM))
			err = lab_measure_reads(config, how, readers, true);
	}
	return err;
}

#ifndef __KERNEL__
/* What a scheme is held against, in the same process: nothing but that differs. */
static int lab_bench_beside(const struct lab_config *config,
			    const struct lab_nsproxy_scheme *beside)
{
	struct lab_config other = *config;
	int err;

	other.name = beside->name;
	other.scheme = beside;
	err = lab_bench_read(&other, LAB_GET | LAB_CALM);
	return err ? err : lab_bench_read(&other, LAB_PEEK | LAB_CALM);
}

static int lab_bench_bare(const struct lab_config *config, unsigned long arg)
{
	return lab_bench_beside(config, &lab_scheme_bare);
}

static int lab_bench_apart(const struct lab_config *config, unsigned long arg)
{
	return lab_bench_beside(config, &lab_scheme_dedicated_lock_apart);
}
#endif

#ifdef __KERNEL__
static int lab_bench_switch(const struct lab_config *config, unsigned long arg);
static int lab_bench_held(const struct lab_config *config, unsigned long arg);

static int lab_bench_expedited(const struct lab_config *config,
			       unsigned long arg)
{
	struct lab_config other = *config;
	int err;

	other.name = lab_scheme_rcu_expedited.name;
	other.scheme = &lab_scheme_rcu_expedited;
	err = lab_bench_switch(&other, 0);
	return err ? err : lab_bench_held(&other, 0);
}
#endif

static int lab_compare_ns(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Somebody who takes alloc_lock for something else altogether (T4). */
static int lab_run_busybody(void *data)
{
	struct lab_track *track = data;
	int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < LAB_BATCH; i++)
			lab_set_comm(track->task, "busy");
		WRITE_ONCE(track->begun, true);
		cond_resched();
	}
	return 0;
}

/* Who is about while the owner switches. */
enum lab_company { LAB_ALONE, LAB_READER, LAB_BUSYBODY };
static const char * const lab_company_names[] = {
	"alone", "reader", "busybody"
};

static int lab_hire_company(const struct lab_config *config,
			    struct lab_crew *crew, struct lab_track *track,
			    enum lab_company company)
{
	int err = 0;

	if (company == LAB_READER)
		err = lab_hire(crew, lab_run_reader, track, config->nr_cpus - 1);
	if (company == LAB_BUSYBODY)
		err = lab_hire(crew, lab_run_busybody, track,
			       config->nr_cpus - 1);
	/* They are at work before anything is timed. */
	while (!err && company != LAB_ALONE && !READ_ONCE(track->begun) &&
	       !lab_stopping())
		lab_sleep_ms(1);
	return err;
}

/*
 * Times @config->samples switches one by one, or as many as ten times
 * @config->ms allow. With @last, the switch drops the last reference on the
 * nsproxy that it replaces; otherwise another holder remains, so that nothing
 * need be waited for or freed.
 */
static int lab_measure_switches(const struct lab_config *config, bool last,
				enum lab_company company)
{
	struct lab_track track = { .how = LAB_GET };
	struct lab_crew crew = { .nr = 0 };
	unsigned int n = 0, warm = config->samples / 10 + 1;
	struct lab_nsproxy *new;
	u64 *ns, start, end, sum = 0;
	int err;

	ns = kcalloc(config->samples, sizeof(*ns), GFP_KERNEL);
	if (!ns)
		return -ENOMEM;
	err = lab_lay_track(&track, config->scheme);
	if (!err)
		err = lab_hire_company(config, &crew, &track, company);
	end = ktime_get_ns() + config->ms * 10000000ull;
	while (!err && n < config->samples && !lab_stopping()) {
		new = lab_next_nsproxy(&track, last);
		if (!new) {
			err = -ENOMEM;
			break;
		}
		start = ktime_get_ns();
		track.scheme->switch_task_namespaces(track.task, new);
		ns[n] = ktime_get_ns() - start;
		if (start > end)
			break;
		if (warm)
			warm--;
		else
			sum += ns[n++];
	}
	lab_dismiss(&crew);
	lab_clear_track(&track);
	if (!err && n) {
		sort(ns, n, sizeof(*ns), lab_compare_ns, NULL);
		lab_print("# raw metric=switch scheme=%s rep=%u kind=%s company=%s n=%u mean_ns=%llu p50_ns=%llu p99_ns=%llu min_ns=%llu max_ns=%llu hz=%u\n",
			  config->name, config->rep,
			  last ? "last" : "shared", lab_company_names[company],
			  n, (unsigned long long)sum / n,
			  (unsigned long long)ns[n / 2],
			  (unsigned long long)ns[n - 1 - n / 100],
			  (unsigned long long)ns[0],
			  (unsigned long long)ns[n - 1], lab_hz());
	}
	kfree(ns);
	return err ? err : n ? 0 : -ETIME;
}

static int lab_bench_switch(const struct lab_config *config, unsigned long arg)
{
	int err = 0;
	int last;

	for (last = 0; !err && last < 2; last++) {
		err = lab_measure_switches(config, last, LAB_ALONE);
		if (!err && config->nr_cpus > 1 && arg != LAB_CALM)
			err = lab_measure_switches(config, last, LAB_READER);
	}
	return err;
}

/* Objects of an nsproxy that is not shared: itself, and two namespaces. */
#define LAB_OBJECTS_EACH 3
#define LAB_BYTES_EACH (sizeof(struct lab_nsproxy) +			\
			sizeof(struct lab_uts_namespace) +		\
			sizeof(struct lab_mnt_namespace))

/*
 * Switches as fast as they go, each of which drops the last reference. How many
 * old nsproxies are there at the most that nobody has freed yet?
 */
static int lab_bench_held(const struct lab_config *config, unsigned long arg)
{
	struct lab_track track = { .how = LAB_GET };
	unsigned long switches = 0;
	struct lab_nsproxy *new;
	long before, held, most = 0;
	u64 start, ns;
	int err;

	err = lab_lay_track(&track, config->scheme);
	/* What the task has itself is as much after each switch. */
	before = lab_live_objects() + LAB_OBJECTS_EACH;
	start = ktime_get_ns();
	do {
		new = err ? NULL : lab_create_nsproxy();
		if (!new) {
			err = -ENOMEM;
			break;
		}
		track.scheme->switch_task_namespaces(track.task, new);
		switches++;
		held = lab_live_objects() - before;
		most = max(most, held / LAB_OBJECTS_EACH);
		cond_resched();
		ns = ktime_get_ns() - start;
	} while (ns < config->ms * 1000000ull && !lab_stopping());
	lab_clear_track(&track);
	if (!err)
		lab_print("# raw metric=held scheme=%s rep=%u switches=%lu ns=%llu nsproxies=%ld bytes=%lu\n",
			  config->name, config->rep, switches,
			  (unsigned long long)ns, most,
			  (unsigned long)(most * LAB_BYTES_EACH));
	return err;
}

static int lab_bench_busy(const struct lab_config *config, unsigned long arg)
{
	struct lab_track track = { .how = LAB_GET };
	struct lab_crew crew = { .nr = 0 };
	int busy, err = 0;
	u64 ns = 0;

	/* It takes a CPU for the busybody and one for who is held up by it. */
	if (config->nr_cpus < 2)
		return -ENODEV;
	for (busy = 0; !err && busy < 2; busy++) {
		err = lab_measure_switches(config, false,
					   busy ? LAB_BUSYBODY : LAB_ALONE);
		atomic64_set(&track.ops, 0);
		if (!err)
			err = lab_lay_track(&track, config->scheme);
		if (!err)
			err = lab_hire(&crew, lab_run_reader, &track, 0);
		if (!err && busy)
			err = lab_hire(&crew, lab_run_busybody, &track, 1);
		if (!err)
			ns = lab_run_clock(config, &track);
		lab_dismiss(&crew);
		lab_clear_track(&track);
		if (!err)
			lab_print("# raw metric=busy_read scheme=%s rep=%u busy=%d ops=%lld ns=%llu\n",
				  config->name, config->rep, busy,
				  (long long)atomic64_read(&track.ops),
				  (unsigned long long)ns);
	}
	return err;
}

const struct lab_step lab_benches[] = {
	{ "bench_get", lab_bench_read, LAB_GET },
	{ "bench_get_calm", lab_bench_read, LAB_GET | LAB_CALM },
	{ "bench_peek", lab_bench_read, LAB_PEEK },
	{ "bench_peek_calm", lab_bench_read, LAB_PEEK | LAB_CALM },
	{ "bench_own", lab_bench_read, LAB_OWN },
	{ "bench_switch", lab_bench_switch, 0 },
	{ "bench_switch_calm", lab_bench_switch, LAB_CALM },
	{ "bench_busy", lab_bench_busy, 0 },
	{ "bench_held", lab_bench_held, 0 },
#ifndef __KERNEL__
	{ "bench_bare", lab_bench_bare, 0 },
	{ "bench_apart", lab_bench_apart, 0 },
#else
	{ "bench_expedited", lab_bench_expedited, 0 },
#endif
	{ "count", lab_bench_count, 0 },
	{ "once", lab_bench_once, 0 },
	{ }
};
