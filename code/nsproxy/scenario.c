// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scenarios: remote readers against an owner that reads, switches, forks
 * and exits. Which of these it does is what tells one scenario from another:
 * the flaws of a bad scheme hide one another.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "scheme.h"
#include "steps.h"

/* What the owner does, beside being looked at. */
#define LAB_OWNER_READS		1UL
#define LAB_OWNER_SWITCHES	2UL
#define LAB_OWNER_FORKS		4UL
#define LAB_OWNER_EXITS		8UL	/* and begins anew, as another task */

/* Enough to meet every reader, few enough to be born and die often. */
#define LAB_ROUNDS_A_LIFE	8

/**
 * struct lab_stage - what the threads of a scenario share
 * @scheme: the scheme
 * @does: LAB_OWNER_* bits
 * @lock: guards @task; stands for what makes find_get_task_by_vpid() safe
 * @task: the task that the readers look at, or NULL between two lives
 * @init: the owner's first task, which nobody looks at
 * @reads: remote reads that found a namespace
 * @zombies: remote reads that found a zombie
 * @own_reads: by the owner
 * @switches: by the owner
 * @lives: tasks that were born and have exited
 */
struct lab_stage {
	const struct lab_nsproxy_scheme *scheme;
	unsigned long does;
	spinlock_t lock; /* @task */
	struct lab_task *task;
	struct lab_task *init;
	atomic_t reads;
	atomic_t zombies;
	atomic_t own_reads;
	atomic_t switches;
	atomic_t lives;
};

static struct lab_task *lab_find_get_task(struct lab_stage *stage)
{
	struct lab_task *task;

	spin_lock(&stage->lock);
	task = stage->task;
	if (task)
		refcount_inc(&task->usage);
	spin_unlock(&stage->lock);
	return task;
}

static void lab_show_task(struct lab_stage *stage, struct lab_task *task)
{
	spin_lock(&stage->lock);
	stage->task = task;
	spin_unlock(&stage->lock);
}

static void lab_read_once(struct lab_stage *stage, struct lab_task *task)
{
	const struct lab_nsproxy_scheme *scheme = stage->scheme;
	struct lab_uts_namespace *uts_ns;
	struct lab_mnt_namespace *mnt_ns;
	unsigned int root;

	uts_ns = scheme->utsns_get(task);
	if (uts_ns) {
		if (uts_ns->ns.magic != LAB_ALIVE)
			lab_violated(LAB_DEAD_NAMESPACE, uts_ns);
		lab_put_uts_ns(uts_ns);
	}
	atomic_inc(uts_ns ? &stage->reads : &stage->zombies);

	scheme->task_uts_inum(task);

	if (!scheme->mounts_open(task, &mnt_ns, &root)) {
		if (mnt_ns->ns.magic != LAB_ALIVE)
			lab_violated(LAB_DEAD_NAMESPACE, mnt_ns);
		lab_put_mnt_ns(mnt_ns);
	}
}

static int lab_reader(void *data)
{
	struct lab_stage *stage = data;
	struct lab_task *task;
	int i;

	while (!kthread_should_stop()) {
		task = lab_find_get_task(stage);
		if (task) {
			for (i = 0; i < 16; i++)
				lab_read_once(stage, task);
			lab_put_task(task);
		}
		cond_resched();
	}
	return 0;
}

static void lab_read_own(struct lab_stage *stage, struct lab_task *self,
			 unsigned int inum)
{
	int i;

	for (i = 0; i < 64; i++)
		if (stage->scheme->current_uts_inum(self) != inum)
			lab_violated(LAB_NOT_MINE, self);
	atomic_inc(&stage->own_reads);
}

/*
 * In turn: namespaces of its own, whose last reference the next switch drops
 * (unshare()), and those of init, which live on (setns()).
 */
static unsigned int lab_switch(struct lab_stage *stage, struct lab_task *self,
			       const struct lab_nsproxy *home, bool unshare,
			       unsigned int inum)
{
	struct lab_nsproxy *new;

	new = unshare ? lab_create_nsproxy() : lab_share_nsproxy(home);
	if (!new)
		return inum;
	inum = new->uts_ns->ns.inum;
	stage->scheme->switch_task_namespaces(self, new);
	atomic_inc(&stage->switches);
	return inum;
}

static void lab_exit(struct lab_stage *stage, struct lab_task *self)
{
	lab_exit_fs(self);
	cond_resched();
	stage->scheme->exit_task_namespaces(self);
}

static void lab_fork(struct lab_stage *stage, struct lab_task *self)
{
	struct lab_task *child = lab_create_task();

	if (!child)
		return;
	stage->scheme->copy_namespaces(self, child);
	lab_exit(stage, child);
	lab_put_task(child);
}

static bool lab_life_goes_on(const struct lab_stage *stage, int round)
{
	if (kthread_should_stop())
		return false;
	return !(stage->does & LAB_OWNER_EXITS) || round < LAB_ROUNDS_A_LIFE;
}

/* @home is the nsproxy of init, which keeps it for the whole run. */
static void lab_live(struct lab_stage *stage, const struct lab_nsproxy *home)
{
	unsigned int inum = home->uts_ns->ns.inum;
	struct lab_task *self = lab_create_task();
	int round;

	if (!self)
		return;
	stage->scheme->copy_namespaces(stage->init, self);
	lab_show_task(stage, self);

	for (round = 0; lab_life_goes_on(stage, round); round++) {
		if (stage->does & LAB_OWNER_READS)
			lab_read_own(stage, self, inum);
		if (stage->does & LAB_OWNER_SWITCHES)
			inum = lab_switch(stage, self, home, round % 2, inum);
		if (stage->does & LAB_OWNER_FORKS)
			lab_fork(stage, self);
		cond_resched();
	}

	lab_exit(stage, self);
	cond_resched();
	lab_show_task(stage, NULL);
	lab_put_task(self);
	atomic_inc(&stage->lives);
}

static int lab_owner(void *data)
{
	struct lab_stage *stage = data;
	struct lab_nsproxy *home = lab_create_nsproxy();

	if (home) {
		lab_get_nsproxy(home);
		stage->scheme->switch_task_namespaces(stage->init, home);
	}
	while (!kthread_should_stop()) {
		if (home)
			lab_live(stage, home);
		cond_resched();
	}
	if (home) {
		stage->scheme->exit_task_namespaces(stage->init);
		lab_put_nsproxy(home);
	}
	return 0;
}

static int lab_scenario(const struct lab_config *config, unsigned long does)
{
	struct lab_stage stage = { .scheme = config->scheme, .does = does };
	struct lab_crew crew = { .nr = 0 };
	unsigned int i;
	int err;

	spin_lock_init(&stage.lock);
	stage.init = lab_create_task();
	if (!stage.init)
		return -ENOMEM;

	/* Hired first, dismissed last: what it frees, nobody looks at. */
	err = lab_hire(&crew, lab_owner, &stage, 0);
	for (i = 1; !err && i <= config->readers; i++)
		err = lab_hire(&crew, lab_reader, &stage, i % config->nr_cpus);
	if (!err)
		lab_sleep_ms(config->ms);
	lab_dismiss(&crew);

	lab_exit_fs(stage.init);
	lab_put_task(stage.init);
	lab_print("# reads=%d zombies=%d own_reads=%d switches=%d lives=%d\n",
		  atomic_read(&stage.reads), atomic_read(&stage.zombies),
		  64 * atomic_read(&stage.own_reads),
		  atomic_read(&stage.switches), atomic_read(&stage.lives));
	return err;
}

/* The names are sentences that begin with "remote readers while the". */
const struct lab_step lab_scenarios[] = {
	{ "owner_rests", lab_scenario, 0 },
	{ "owner_reads", lab_scenario, LAB_OWNER_READS },
	{ "owner_switches", lab_scenario, LAB_OWNER_SWITCHES },
	{ "owner_forks", lab_scenario, LAB_OWNER_FORKS },
	{ "owner_exits", lab_scenario, LAB_OWNER_EXITS },
	{ "owner_does_all", lab_scenario, LAB_OWNER_READS | LAB_OWNER_SWITCHES |
	  LAB_OWNER_FORKS | LAB_OWNER_EXITS },
	{ }
};
