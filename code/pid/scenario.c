// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scenarios: owners whose processes are born, are looked at and die,
 * against those who look them up in two instances of /proc, a shrinker, and
 * instances that come and go.
 *
 * A number is used again and again. What a look-up must never return is what
 * was made for a task that was dead before the look-up began (claim I3).
 */
#include <linux/errno.h>
#include <linux/sched.h>

#include "scheme.h"
#include "steps.h"

#define LAB_EXIT		1UL
#define LAB_EXEC		2UL	/* by a thread, as in 6.1 */
#define LAB_EXEC_2020		4UL
#define LAB_INSTANCES		8UL

#define LAB_OWNERS		2
#define LAB_NUMBERS		8	/* of each owner */
#define LAB_IDS			(LAB_OWNERS * LAB_NUMBERS)

/**
 * struct lab_stage - what the threads of a scenario share
 * @scheme: the scheme
 * @does: LAB_* bits
 * @ns: the namespace, with numbers up to LAB_IDS
 * @proc: two instances; the first is the kernel's own
 * @died: birth of the last pid of each number that has been released
 * @owners: to give each of them numbers of its own
 * @lookups: that found something
 * @misses: that did not
 * @misnamed: that found a living task under a number that is not its: a
 *	look-up finds a task and then asks for its pid, and an exec in between
 *	gives the task another one
 * @lives: tasks that were born and have been released
 * @mounts: instances that came and went
 */
struct lab_stage {
	const struct lab_pid_scheme *scheme;
	unsigned long does;
	struct lab_pid_namespace *ns;
	struct lab_super_block *proc[2];
	unsigned int died[LAB_IDS];
	atomic_t owners;
	atomic_t lookups;
	atomic_t misses;
	atomic_t misnamed;
	atomic_t lives;
	atomic_t mounts;
};

/* A directory, a file and a subdirectory in it, as a shell or ps would. */
static void lab_look(struct lab_stage *stage, struct lab_super_block *sb,
		     unsigned int nr)
{
	struct lab_dentry *dir, *below[2];
	unsigned int died[LAB_IDS];
	struct lab_pid *pid;
	int i;

	for (i = 0; i < LAB_IDS; i++)
		died[i] = READ_ONCE(stage->died[i]);
	dir = lab_proc_pid_lookup(sb, nr);
	atomic_inc(dir ? &stage->lookups : &stage->misses);
	if (!dir)
		return;
	pid = dir->d_inode->pid;
	/* Of the lives of one number, the later one has the higher birth. */
	if ((int)(pid->birth - died[pid->nr]) <= 0)
		lab_violated(LAB_STALE_DENTRY, dir);
	if (pid->nr != nr)
		atomic_inc(&stage->misnamed);
	for (i = 0; i < 2; i++)
		below[i] = lab_proc_pident_lookup(dir, i, i);
	for (i = 0; i < 2; i++)
		if (below[i])
			lab_dput(below[i]);
	lab_dput(dir);
}

static int lab_looker(void *data)
{
	struct lab_stage *stage = data;
	unsigned int i = 0;

	while (!kthread_should_stop()) {
		lab_look(stage, stage->proc[i % 2], i / 2 % LAB_IDS);
		if (!(++i % 1024))
			lab_shrink_dcache_sb(stage->proc[i / 1024 % 2]);
		cond_resched();
	}
	return 0;
}

/* @task is released here, or was released by an exec. */
static void lab_bury(struct lab_stage *stage, struct lab_task *task,
		     unsigned int nr, unsigned int birth)
{
	if (task) {
		lab_exit_notify(task);
		stage->scheme->release_task(task);
	}
	WRITE_ONCE(stage->died[nr], birth);
	atomic_inc(&stage->lives);
}

static void lab_live_as_process(struct lab_stage *stage, unsigned int nr)
{
	struct lab_task *task = lab_fork(stage->ns, nr, NULL, NULL);
	unsigned int birth;

	if (!task)
		return;
	birth = lab_task_pid(task)->birth;
	lab_look(stage, stage->proc[nr % 2], nr);
	lab_bury(stage, task, nr, birth);
}

/* The leader's number lives on in the thread, the thread's number dies. */
static void lab_live_as_thread(struct lab_stage *stage, unsigned int nr,
			       unsigned int tid, bool of_2020)
{
	struct lab_task *leader = lab_fork(stage->ns, nr, NULL, NULL);
	struct lab_task *thread;
	unsigned int births[2];

	if (!leader)
		return;
	births[0] = lab_task_pid(leader)->birth;
	thread = lab_fork(stage->ns, tid, leader, NULL);
	if (!thread) {
		lab_bury(stage, leader, nr, births[0]);
		return;
	}
	births[1] = lab_task_pid(thread)->birth;
	lab_look(stage, stage->proc[0], nr);
	lab_look(stage, stage->proc[1], tid);
	if (of_2020)
		lab_de_thread_2020(thread);
	else
		lab_de_thread(thread);
	lab_bury(stage, NULL, tid, births[1]);
	lab_look(stage, stage->proc[0], nr);
	lab_bury(stage, thread, nr, births[0]);
}

static int lab_owner(void *data)
{
	struct lab_stage *stage = data;
	unsigned int mine = atomic_inc_return(&stage->owners) % LAB_OWNERS;
	unsigned int i = 0, nr;

	while (!kthread_should_stop()) {
		nr = mine * LAB_NUMBERS + i++ % (LAB_NUMBERS - 1);
		if (stage->does & LAB_EXIT)
			lab_live_as_process(stage, nr);
		if (stage->does & LAB_EXEC)
			lab_live_as_thread(stage, nr, nr + 1, false);
		if (stage->does & LAB_EXEC_2020)
			lab_live_as_thread(stage, nr, nr + 1, true);
		cond_resched();
	}
	return 0;
}

/* Somebody whose instance is unmounted while processes in it die. */
static int lab_mounter(void *data)
{
	struct lab_stage *stage = data;
	struct lab_super_block *sb;
	unsigned int nr;

	while (!kthread_should_stop()) {
		sb = lab_mount_proc(stage->ns);
		if (!sb)
			continue;
		for (nr = 0; nr < LAB_IDS; nr++)
			lab_look(stage, sb, nr);
		lab_deactivate_super(sb);
		atomic_inc(&stage->mounts);
		cond_resched();
	}
	return 0;
}

static int lab_scenario(const struct lab_config *config, unsigned long does)
{
	struct lab_stage stage = { .scheme = config->scheme, .does = does };
	struct lab_crew crew = { .nr = 0 };
	int err = -ENOMEM;
	unsigned int i;

	stage.ns = lab_create_pid_ns(config->scheme, LAB_IDS);
	for (i = 0; stage.ns && i < 2; i++)
		stage.proc[i] = lab_mount_proc(stage.ns);
	if (!stage.ns || !stage.proc[0] || !stage.proc[1])
		goto out;
	stage.ns->proc_mnt = stage.proc[0];

	err = 0;
	for (i = 0; !err && i < LAB_OWNERS; i++)
		err = lab_hire(&crew, lab_owner, &stage, i % config->nr_cpus);
	if (!err && does & LAB_INSTANCES)
		err = lab_hire(&crew, lab_mounter, &stage, 0);
	for (i = 0; !err && i < config->readers; i++)
		err = lab_hire(&crew, lab_looker, &stage,
			       (i + 1) % config->nr_cpus);
	if (!err)
		lab_sleep_ms(config->ms);
	lab_dismiss(&crew);
out:
	for (i = 0; i < 2; i++)
		if (stage.proc[i])
			lab_deactivate_super(stage.proc[i]);
	/* Its grace periods may not be over, but they need no namespace. */
	lab_free_pid_ns(stage.ns);
	lab_print("# lookups=%d misses=%d misnamed=%d lives=%d mounts=%d\n",
		  atomic_read(&stage.lookups), atomic_read(&stage.misses),
		  atomic_read(&stage.misnamed), atomic_read(&stage.lives),
		  atomic_read(&stage.mounts));
	return err;
}

/* The names are sentences that begin with "look-ups while". */
const struct lab_step lab_scenarios[] = {
	{ "processes_exit", lab_scenario, LAB_EXIT },
	{ "threads_exec", lab_scenario, LAB_EXEC },
	{ "threads_exec_2020", lab_scenario, LAB_EXEC_2020 },
	{ "instances_come_and_go", lab_scenario, LAB_EXIT | LAB_INSTANCES },
	{ "all_at_once", lab_scenario, LAB_EXIT | LAB_EXEC | LAB_EXEC_2020 |
	  LAB_INSTANCES },
	{ }
};
