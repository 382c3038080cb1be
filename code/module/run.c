// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs what was asked for, step by step, and says in KTAP how it went.
 *
 * A step passes when nothing noticed that it was misused (lab_violated())
 * and when every object that it allocated has been freed: then every
 * reference count is back to where it began.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "lab_run.h"

static const char * const lab_rule_names[LAB_NR_RULES] = {
	[LAB_DEAD_NAMESPACE] = "dead-namespace: a reader got a namespace after its last put",
	[LAB_FREED_TWICE] = "freed-twice: an object went through its free path again",
	[LAB_NOT_MINE] = "not-mine: the owner read namespaces that are not its own",
	[LAB_DEAD_PID] = "dead-pid: somebody reached a freed struct pid",
	[LAB_STALE_DENTRY] = "stale-dentry: a look-up returned what a dead task left behind",
	[LAB_BUSY_INODES] = "busy-inodes: an instance of /proc was unmounted under its inodes",
	[LAB_LEAK] = "leak: an object lives on, as its references don't add up",
};

static atomic_t lab_violation_counts[LAB_NR_RULES];

void lab_violated(enum lab_rule rule, const void *object)
{
	atomic_inc(&lab_violation_counts[rule]);
}

/**
 * lab_violations() - how many violations there were in this step
 *
 * Context: Any.
 * Return: their number, of all rules together.
 */
unsigned long lab_violations(void)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < LAB_NR_RULES; i++)
		sum += atomic_read(&lab_violation_counts[i]);
	return sum;
}

/**
 * lab_find_scheme() - look a scheme up by its name
 * @name: as its file is called
 * @config: where to put it
 *
 * Context: Any.
 * Return: 0, or -EINVAL when there is none of that name.
 */
int lab_find_scheme(const char *name, struct lab_config *config)
{
	const struct lab_scheme_entry *entry;

	for (entry = lab_family.schemes; entry->name; entry++) {
		if (strcmp(name, entry->name))
			continue;
		config->name = entry->name;
		config->scheme = entry->scheme;
		config->counted = entry->counted;
		return 0;
	}
	return -EINVAL;
}

/**
 * lab_hire() - start one more thread
 * @crew: to which it belongs
 * @fn: must go on until kthread_should_stop()
 * @data: for @fn
 * @cpu: where it runs
 *
 * Context: Process context, may sleep.
 * Return: 0, or a negative errno; then the crew is as it was.
 */
int lab_hire(struct lab_crew *crew, int (*fn)(void *), void *data,
	     unsigned int cpu)
{
	struct task_struct *thread;

	if (crew->nr == LAB_MAX_THREADS)
		return -EAGAIN;
	thread = kthread_create(fn, data, "lab/%u", crew->nr);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	kthread_bind(thread, cpu);
	crew->threads[crew->nr++] = thread;
	wake_up_process(thread);
	return 0;
}

/**
 * lab_dismiss() - stop all threads, the last one first
 * @crew: empty afterwards
 *
 * Context: Process context, may sleep.
 */
void lab_dismiss(struct lab_crew *crew)
{
	while (crew->nr)
		kthread_stop(crew->threads[--crew->nr]);
}

static const struct lab_step *lab_find_step(const char *name, size_t len)
{
	const struct lab_step * const *table;
	const struct lab_step *step;

	for (table = lab_family.steps; *table; table++)
		for (step = *table; step->name; step++)
			if (strlen(step->name) == len &&
			    !strncmp(step->name, name, len))
				return step;
	return NULL;
}

static const char *lab_next_step(const char *list, size_t *len)
{
	*len = strcspn(list, ",");
	return *len ? list : NULL;
}

static bool lab_run_step(const struct lab_config *config,
			 const struct lab_step *step, unsigned int nr)
{
	long before = lab_live_objects();
	bool fine;
	long left;
	int err;
	int i;

	for (i = 0; i < LAB_NR_RULES; i++)
		atomic_set(&lab_violation_counts[i], 0);

	err = step->fn(config, step->arg);

	/* What a grace period or a work still holds back is not a leak. */
	lab_settle();
	left = lab_live_objects() - before;
	if (left)
		lab_violated(LAB_LEAK, NULL);
	fine = !err && !lab_violations();
	if (err)
		lab_print("# could not be carried out: error %d\n", -err);
	for (i = 0; i < LAB_NR_RULES; i++)
		if (atomic_read(&lab_violation_counts[i]))
			lab_print("# violated %s (%d times)\n",
				  lab_rule_names[i],
				  atomic_read(&lab_violation_counts[i]));
	if (left)
		lab_print("# objects left over: %ld\n", left);
	lab_print("%sok %u %s.%s\n", fine ? "" : "not ", nr,
		  config->name, step->name);
	return fine;
}

/**
 * lab_run() - carry out a configuration and report on it
 * @config: what to run
 *
 * Context: Process context, may sleep.
 * Return: how many steps failed, or -EINVAL when @config names a step that
 * does not exist; then nothing is run.
 */
int lab_run(const struct lab_config *config)
{
	unsigned int nr = 0, failed = 0;
	const char *at;
	size_t len;

	for (at = config->run; lab_next_step(at, &len); at += len + (at[len] == ',')) {
		if (!lab_find_step(at, len)) {
			lab_print("Bail out! no step is called %.*s\n",
				  (int)len, at);
			return -EINVAL;
		}
		nr++;
	}
	lab_print("KTAP version 1\n1..%u\n", nr);
	lab_print("# scheme=%s readers=%u ms=%u cpus=%u hz=%u\n",
		  config->name, config->readers, config->ms,
		  config->nr_cpus, lab_hz());
	nr = 0;
	for (at = config->run; lab_next_step(at, &len); at += len + (at[len] == ',')) {
		if (lab_stopping()) {
			lab_print("Bail out! stopped before the end\n");
			return failed + 1;
		}
		failed += !lab_run_step(config, lab_find_step(at, len), ++nr);
	}
	return failed;
}
