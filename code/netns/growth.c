// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a cleanup costs, and whom: against the number of living nets, of dying
 * ones, and of those that are being added meanwhile. Each measurement prints
 * raw data, a line a cleanup ("# raw metric=cleanup ...").
 *
 * The cleanup runs in the measuring thread, not in the worker, so that it
 * takes up all that die at once.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "scheme.h"
#include "steps.h"
#include "watched.h"

/**
 * struct lab_field - a field of nets
 * @scheme: the scheme
 * @net: all but the first net: @living - 1 that live, then @dying
 * @living: the first net among them
 * @dying: to be cleaned up together
 * @knowing: how many of the living have ids for the dying ones
 * @ids: how many other ids each of the living has
 */
struct lab_field {
	const struct lab_netns_scheme *scheme;
	struct lab_net **net;
	unsigned int living;
	unsigned int dying;
	unsigned int knowing;
	unsigned int ids;
};

static struct lab_net *lab_living_net(const struct lab_field *field,
				      unsigned int n)
{
	return n ? field->net[n - 1] : lab_init_net;
}

/* The dying die: nobody holds them any more, and nobody has cleaned up. */
static void lab_let_die(struct lab_field *field)
{
	unsigned int i;

	for (i = 0; i < field->dying; i++) {
		lab_put_net(field->net[field->living - 1 + i]);
		field->net[field->living - 1 + i] = NULL;
	}
}

/* New ones in their place, known to as many as shall know them. */
static int lab_let_grow(struct lab_field *field)
{
	struct lab_net *dying;
	unsigned int i, j;

	for (i = 0; i < field->dying; i++) {
		dying = field->scheme->copy_net_ns();
		if (!dying)
			return -ENOMEM;
		field->net[field->living - 1 + i] = dying;
		for (j = 0; j < field->knowing; j++)
			if (field->scheme->peernet2id_alloc(lab_living_net(field, j),
							    dying, GFP_KERNEL) < 0)
				return -ENOSPC;
		cond_resched();
	}
	return 0;
}

static void lab_clear_field(struct lab_field *field)
{
	unsigned int i;

	for (i = 0; field->net && i + 1 < field->living + field->dying; i++)
		if (field->net[i])
			lab_put_net(field->net[i]);
	if (lab_init_net)
		field->scheme->cleanup_net();
	lab_netns_end();
	kfree(field->net);
	field->net = NULL;
}

static int lab_lay_field(struct lab_field *field)
{
	const struct lab_netns_scheme *scheme = field->scheme;
	unsigned int i, j;
	int err;

	err = lab_netns_begin(scheme->cleanup_net, false);
	if (err)
		return err;
	field->net = kcalloc(field->living + field->dying,
			     sizeof(*field->net), GFP_KERNEL);
	if (!field->net)
		return -ENOMEM;
	for (i = 0; i + 1 < field->living; i++) {
		field->net[i] = scheme->copy_net_ns();
		if (!field->net[i])
			return -ENOMEM;
		cond_resched();
	}
	for (i = 0; i < field->living; i++) {
		for (j = 0; j < field->ids; j++)
			if (scheme->peernet2id_alloc(lab_living_net(field, i),
						     lab_living_net(field, j),
						     GFP_KERNEL) < 0)
				return -ENOSPC;
		cond_resched();
	}
	return 0;
}

/* One cleanup under the watch. */
static void lab_watch_cleanup(struct lab_field *field, void (*slowly)(void))
{
	lab_let_die(field);
	lab_watch = (struct lab_watch){ .on = true, .slowly = slowly };
	field->scheme->cleanup_net();
	lab_watch.on = false;
	lab_watch.slowly = NULL;
}

static void lab_print_cleanup(const struct lab_config *config,
			      const struct lab_field *field, const char *growing)
{
	lab_print("# raw metric=cleanup scheme=%s rep=%u growing=%s living=%u dying=%u knowing=%u ids=%u",
		  config->name, config->rep, growing, field->living,
		  field->dying, field->knowing, field->ids);
	lab_print(" held_ns=%llu walk_ns=%lld walked=%lld held_walked=%lld notified=%lld\n",
		  (unsigned long long)lab_watch.held_ns,
		  (long long)atomic64_read(&lab_watch.walk_ns),
		  (long long)atomic64_read(&lab_watch.walked),
		  (long long)lab_watch.held_walked,
		  (long long)atomic64_read(&lab_watch.notified));
}

static int lab_measure_cleanups(const struct lab_config *config,
				const struct lab_field *what,
				const char *growing)
{
	struct lab_field field = *what;
	unsigned int n;
	int err;

	field.scheme = config->scheme;
	err = lab_lay_field(&field);
	/* The first one warms up. */
	for (n = 0; !err && n <= config->samples && !lab_stopping(); n++) {
		err = lab_let_grow(&field);
		if (err)
			break;
		lab_watch_cleanup(&field, NULL);
		if (n)
			lab_print_cleanup(config, &field, growing);
	}
	lab_clear_field(&field);
	return err;
}

/* N1: rtnl's hold time against the number of living nets. All know all. */
static int lab_bench_hold(const struct lab_config *config, unsigned long arg)
{
	static const unsigned int living[] = { 1, 3, 10, 30, 100, 300, 1000 };
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(living); i++) {
		struct lab_field field = {
			.living = living[i], .dying = 4, .knowing = living[i],
		};

		err = lab_measure_cleanups(config, &field, "living");
	}
	return err;
}

/*
 * N9: a walk against the number of nets that die together, among 64 that have
 * ids for one another. One of them knows the dying: with @arg all of them, so
 * that a message is due for each id in each table.
 */
static int lab_bench_dying(const struct lab_config *config, unsigned long arg)
{
	static const unsigned int dying[] = { 1, 2, 4, 8, 16, 32, 64 };
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(dying); i++) {
		struct lab_field field = {
			.living = 64, .dying = dying[i],
			.knowing = arg ? 64 : 1, .ids = 64,
		};

		err = lab_measure_cleanups(config, &field,
					   arg ? "messages" : "dying");
	}
	return err;
}

/* The walk has begun: it has sent its first message. */
static bool lab_walk_has_begun;

/* Memory is tight: each message has to wait for some. */
static void lab_wait_for_memory(void)
{
	WRITE_ONCE(lab_walk_has_begun, true);
	lab_sleep_ms(1);
}

/**
 * struct lab_rival - somebody who wants rtnl, or adds nets, during a cleanup
 * @scheme: by which nets are added
 * @ns: each wait for rtnl
 * @net: each net that was added
 * @nr: how many of either
 * @begun: the rival is at work
 */
struct lab_rival {
	const struct lab_netns_scheme *scheme;
	u64 *ns;
	struct lab_net **net;
	unsigned int nr;
	bool begun;
};

#define LAB_MOST_RIVALS 1000

static int lab_want_rtnl(void *data)
{
	struct lab_rival *rival = data;
	u64 start;

	while (!kthread_should_stop()) {
		start = ktime_get_ns();
		lab_rtnl_lock();
		lab_rtnl_unlock();
		if (rival->nr < LAB_MOST_RIVALS)
			rival->ns[rival->nr++] = ktime_get_ns() - start;
		WRITE_ONCE(rival->begun, true);
		lab_sleep_ms(1);
	}
	return 0;
}

static int lab_add_nets(void *data)
{
	struct lab_rival *rival = data;
	struct lab_net *net;

	while (!kthread_should_stop()) {
		if (READ_ONCE(lab_walk_has_begun) &&
		    rival->nr < LAB_MOST_RIVALS) {
			net = rival->scheme->copy_net_ns();
			if (net)
				rival->net[rival->nr++] = net;
		}
		WRITE_ONCE(rival->begun, true);
		lab_sleep_ms(1);
	}
	return 0;
}

static int lab_compare_ns(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* A cleanup of 4 nets among 50, each message slow, and somebody beside it. */
static int lab_measure_rival(const struct lab_config *config,
			     int (*fn)(void *), struct lab_rival *rival,
			     struct lab_field *field)
{
	struct lab_crew crew = { .nr = 0 };
	int err;

	*field = (struct lab_field){
		.scheme = config->scheme, .living = 50, .dying = 4,
		.knowing = 50,
	};
	lab_walk_has_begun = false;
	err = lab_lay_field(field);
	if (!err)
		err = lab_let_grow(field);
	if (!err)
		err = lab_hire(&crew, fn, rival, config->nr_cpus - 1);
	while (!err && !READ_ONCE(rival->begun) && !lab_stopping())
		lab_sleep_ms(1);
	if (!err)
		lab_watch_cleanup(field, lab_wait_for_memory);
	lab_dismiss(&crew);
	return err;
}

/* N7: how long others wait for rtnl meanwhile. */
static int lab_bench_wait(const struct lab_config *config, unsigned long arg)
{
	struct lab_rival rival = { .nr = 0 };
	struct lab_field field = { .scheme = config->scheme };
	int err = -ENOMEM;

	rival.ns = kcalloc(LAB_MOST_RIVALS, sizeof(*rival.ns), GFP_KERNEL);
	if (!rival.ns)
		return err;
	err = lab_measure_rival(config, lab_want_rtnl, &rival, &field);
	lab_clear_field(&field);
	if (!err && rival.nr) {
		sort(rival.ns, rival.nr, sizeof(*rival.ns), lab_compare_ns,
		     NULL);
		lab_print("# raw metric=wait scheme=%s rep=%u living=%u dying=%u n=%u p50_ns=%llu max_ns=%llu",
			  config->name, config->rep, field.living, field.dying,
			  rival.nr, (unsigned long long)rival.ns[rival.nr / 2],
			  (unsigned long long)rival.ns[rival.nr - 1]);
		lab_print(" walk_ns=%lld\n",
			  (long long)atomic64_read(&lab_watch.walk_ns));
	}
	kfree(rival.ns);
	return err;
}

/* N6: how many tables a walk looks at while nets are being added. */
static int lab_bench_adding(const struct lab_config *config, unsigned long arg)
{
	struct lab_rival rival = { .scheme = config->scheme };
	struct lab_field field = { .scheme = config->scheme };
	unsigned int i;
	int err;

	rival.net = kcalloc(LAB_MOST_RIVALS, sizeof(*rival.net), GFP_KERNEL);
	if (!rival.net)
		return -ENOMEM;
	err = lab_measure_rival(config, lab_add_nets, &rival, &field);
	if (!err)
		lab_print("# raw metric=adding scheme=%s rep=%u living=%u dying=%u added=%u walked=%lld walk_ns=%lld\n",
			  config->name, config->rep, field.living, field.dying,
			  rival.nr,
			  (long long)atomic64_read(&lab_watch.walked),
			  (long long)atomic64_read(&lab_watch.walk_ns));
	for (i = 0; i < rival.nr; i++)
		lab_put_net(rival.net[i]);
	lab_clear_field(&field);
	kfree(rival.net);
	return err;
}

const struct lab_step lab_benches[] = {
	{ "bench_hold", lab_bench_hold, 0 },
	{ "bench_dying", lab_bench_dying, 0 },
	{ "bench_messages", lab_bench_dying, 1 },
	{ "bench_wait", lab_bench_wait, 0 },
	{ "bench_adding", lab_bench_adding, 0 },
	{ }
};
