// SPDX-License-Identifier: GPL-2.0-only
/*
 * The figures: what is held, and what is left over. Each prints raw data, a
 * line a figure ("# raw name=value ...").
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#ifdef __KERNEL__
#include <linux/pid.h>
#endif

#include "bench.h"
#include "steps.h"

/**
 * lab_close_bench() - unmount, and free the namespace
 * @bench: from lab_open_bench(), without processes; empty afterwards
 *
 * Context: Process context, may sleep.
 */
void lab_close_bench(struct lab_bench *bench)
{
	int i;

	for (i = 0; i < 2; i++)
		if (bench->proc[i])
			lab_deactivate_super(bench->proc[i]);
	lab_free_pid_ns(bench->ns);
	*bench = (struct lab_bench){ };
}

/**
 * lab_open_bench() - a namespace and two instances of /proc
 * @bench: to be filled in
 * @scheme: the scheme
 * @nr_ids: numbers are from 0 to below this
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM; then @bench is empty.
 */
int lab_open_bench(struct lab_bench *bench,
		   const struct lab_pid_scheme *scheme, unsigned int nr_ids)
{
	int i;

	*bench = (struct lab_bench){ };
	bench->ns = lab_create_pid_ns(scheme, nr_ids);
	for (i = 0; bench->ns && i < 2; i++)
		bench->proc[i] = lab_mount_proc(bench->ns);
	if (bench->ns && bench->proc[0] && bench->proc[1]) {
		bench->ns->proc_mnt = bench->proc[0];
		return 0;
	}
	lab_close_bench(bench);
	return -ENOMEM;
}

/**
 * lab_look_up() - look directories and files of a process up, and put them
 * @sb: in which instance
 * @nr: its number
 * @dirs: /proc/NR, and so many less one below it
 * @files: in each of them
 *
 * Context: Process context, may sleep.
 */
void lab_look_up(struct lab_super_block *sb, unsigned int nr,
		 unsigned int dirs, unsigned int files)
{
	struct lab_dentry *top = lab_proc_pid_lookup(sb, nr), *dir, *file;
	unsigned int i, j;

	if (!top)
		return;
	for (i = 0; i < dirs; i++) {
		dir = i ? lab_proc_pident_lookup(top, i, true) : top;
		for (j = 1; dir && j <= files; j++) {
			file = lab_proc_pident_lookup(dir, LAB_MOST_DIRS + j,
						      false);
			if (file)
				lab_dput(file);
		}
		if (dir && i)
			lab_dput(dir);
	}
	lab_dput(top);
}

/* Not all of a release: what claim I3 says is only an optimisation is out. */
static void lab_release_unflushed(struct lab_task *task)
{
	write_lock_irq(&lab_tasklist_lock);
	lab_exit_signal(task, NULL);
	write_unlock_irq(&lab_tasklist_lock);
	lab_put_task_rcu_user(task);
}

#define LAB_EXITS	512
#define LAB_EXITS_STEP	64

/*
 * Claim I3: dentries held after so many exits. The numbers are not used
 * again, as a revalidation would drop what it finds.
 */
static int lab_measure_exits(const struct lab_config *config, bool flush)
{
	const struct lab_pid_scheme *scheme = config->scheme;
	struct lab_bench bench;
	struct lab_task *task;
	unsigned int nr;
	int err;

	err = lab_open_bench(&bench, scheme, LAB_EXITS + 1);
	for (nr = 1; !err && nr <= LAB_EXITS; nr++) {
		task = lab_fork(bench.ns, nr, NULL, NULL);
		if (!task) {
			err = -ENOMEM;
			break;
		}
		lab_look_up(bench.proc[0], nr, 2, 2);
		if (flush)
			scheme->release_task(task);
		else
			lab_release_unflushed(task);
		if (!(nr % LAB_EXITS_STEP))
			lab_print("# raw metric=held scheme=%s rep=%u flush=%d exits=%u dentries=%u\n",
				  config->name, config->rep, flush, nr,
				  lab_nr_dentries(bench.proc[0]));
	}
	if (!bench.ns)
		return err;
	if (!err) {
		/* A dead task's dentry that somebody still uses, put. */
		task = lab_fork(bench.ns, 0, NULL, NULL);
		if (task) {
			struct lab_dentry *used;
			unsigned int before = lab_nr_dentries(bench.proc[0]);

			used = lab_proc_pid_lookup(bench.proc[0], 0);
			lab_release_unflushed(task);
			nr = lab_nr_dentries(bench.proc[0]) - before;
			if (used)
				lab_dput(used);
			lab_print("# raw metric=last_put scheme=%s rep=%u flush=%d used=%u left=%u\n",
				  config->name, config->rep, flush, nr,
				  lab_nr_dentries(bench.proc[0]) - before);
		}
		lab_shrink_dcache_sb(bench.proc[0]);
		lab_print("# raw metric=shrunk scheme=%s rep=%u flush=%d dentries=%u\n",
			  config->name, config->rep, flush,
			  lab_nr_dentries(bench.proc[0]));
	}
	lab_close_bench(&bench);
	return err;
}

static int lab_bench_exits(const struct lab_config *config, unsigned long arg)
{
	int err = lab_measure_exits(config, true);

	return err ? err : lab_measure_exits(config, false);
}

/* Claim I2: two instances, one exit. */
static int lab_bench_instances(const struct lab_config *config,
			       unsigned long arg)
{
	const struct lab_pid_scheme *scheme = config->scheme;
	unsigned int before[2];
	struct lab_bench bench;
	struct lab_task *task;
	int err, i;

	err = lab_open_bench(&bench, scheme, 2);
	if (err)
		return err;
	task = lab_fork(bench.ns, 1, NULL, NULL);
	if (task) {
		for (i = 0; i < 2; i++) {
			lab_look_up(bench.proc[i], 1, 2, 2);
			before[i] = lab_nr_dentries(bench.proc[i]);
		}
		scheme->release_task(task);
		for (i = 0; i < 2; i++)
			lab_print("# raw metric=instance scheme=%s rep=%u instance=%d before=%u after=%u\n",
				  config->name, config->rep, i, before[i],
				  lab_nr_dentries(bench.proc[i]));
	}
	lab_close_bench(&bench);
	return task ? 0 : -ENOMEM;
}

/* Claim I5: how much is on the list, and what goes along with it. */
static int lab_bench_children(const struct lab_config *config,
			      unsigned long arg)
{
	const struct lab_pid_scheme *scheme = config->scheme;
	unsigned int dirs, inodes, list;
	struct lab_bench bench;
	struct lab_task *task;
	int err;

	err = lab_open_bench(&bench, scheme, 2);
	for (dirs = 1; !err && dirs <= LAB_MOST_DIRS; dirs *= 10) {
		task = lab_fork(bench.ns, 1, NULL, NULL);
		if (!task) {
			err = -ENOMEM;
			break;
		}
		lab_look_up(bench.proc[0], 1, dirs, 9);
		list = scheme->nr_inodes(lab_task_pid(task));
		/* Without the root's. */
		inodes = atomic_read(&bench.proc[0]->s_inodes) - 1;
		scheme->release_task(task);
		lab_print("# raw metric=list scheme=%s rep=%u dirs=%u inodes=%u list=%u left=%u\n",
			  config->name, config->rep, dirs, inodes, list,
			  lab_nr_dentries(bench.proc[0]));
	}
	if (bench.ns)
		lab_close_bench(&bench);
	return err;
}

/* Claim I4: an exec by a thread, and what is held before and after. */
static int lab_measure_exec(const struct lab_config *config, bool of_2020)
{
	const struct lab_pid_scheme *scheme = config->scheme;
	struct lab_task *leader = NULL, *thread = NULL;
	unsigned int before, flushed, again;
	struct lab_bench bench;
	int err;

	err = lab_open_bench(&bench, scheme, 3);
	if (err)
		return err;
	leader = lab_fork(bench.ns, 1, NULL, NULL);
	if (leader)
		thread = lab_fork(bench.ns, 2, leader, NULL);
	if (!thread) {
		if (leader)
			scheme->release_task(leader);
		lab_close_bench(&bench);
		return -ENOMEM;
	}
	lab_look_up(bench.proc[0], 1, 2, 2);
	lab_look_up(bench.proc[0], 2, 2, 2);
	before = lab_nr_dentries(bench.proc[0]);
	if (of_2020)
		lab_de_thread_2020(thread);
	else
		lab_de_thread(thread);
	flushed = lab_nr_dentries(bench.proc[0]);
	/* The process is still there, and so is its directory, anew. */
	lab_look_up(bench.proc[0], 1, 2, 2);
	again = lab_nr_dentries(bench.proc[0]);
	scheme->release_task(thread);
	lab_print("# raw metric=exec scheme=%s rep=%u form=%s before=%u flushed=%u again=%u left=%u\n",
		  config->name, config->rep, of_2020 ? "2020" : "exchange", before,
		  flushed, again, lab_nr_dentries(bench.proc[0]));
	lab_close_bench(&bench);
	return 0;
}

static int lab_bench_exec(const struct lab_config *config, unsigned long arg)
{
	int err = lab_measure_exec(config, true);

	return err ? err : lab_measure_exec(config, false);
}

/* Claim I10. In the kernel, the real struct pid can be asked as well. */
static int lab_bench_sizes(const struct lab_config *config, unsigned long arg)
{
	const struct lab_pid_scheme *scheme = config->scheme;

	lab_print("# raw metric=size scheme=%s rep=%u pid=%zu pointer=%zu lock=%zu\n",
		  config->name, config->rep, scheme->pid_size,
		  sizeof(void *), sizeof(spinlock_t));
#ifdef __KERNEL__
	lab_print("# raw metric=kernel_size scheme=%s rep=%u pid=%zu inodes=%zu lock=%zu\n",
		  config->name, config->rep, sizeof(struct pid),
		  sizeof_field(struct pid, inodes),
		  sizeof_field(struct pid, lock));
#endif
	return 0;
}

const struct lab_step lab_figures[] = {
	{ "exits", lab_bench_exits, 0 },
	{ "instances", lab_bench_instances, 0 },
	{ "children", lab_bench_children, 0 },
	{ "exec", lab_bench_exec, 0 },
	{ "sizes", lab_bench_sizes, 0 },
	{ }
};
