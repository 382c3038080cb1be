/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the scenarios of this family share. A scenario is written once, for
 * whichever scheme it is built with (LAB_SCHEME_NAME).
 */
#ifndef LAB_PID_SCENARIO_H
#define LAB_PID_SCENARIO_H

#include "lab_scenario.h"
#include "scheme.h"

#define LAB_SCHEME_PASTE_(name) lab_scheme_ ## name
#define LAB_SCHEME_PASTE(name) LAB_SCHEME_PASTE_(name)
#define scheme (&LAB_SCHEME_PASTE(LAB_SCHEME_NAME))

/* A process with the number 1, and an instance of /proc to see it in. */
#define NR 1

static struct lab_pid_namespace *ns;
static struct lab_super_block *proc;
static struct lab_task *task;

static inline void start_process(void)
{
	ns = lab_create_pid_ns(scheme, 5);
	proc = lab_mount_proc(ns);
	ns->proc_mnt = proc;
	task = lab_fork(ns, NR, NULL, NULL);
}

/* Somebody has looked at it before. */
static inline void look_once(struct lab_super_block *sb, unsigned int nr)
{
	struct lab_dentry *dir = lab_proc_pid_lookup(sb, nr);

	if (dir)
		lab_dput(dir);
}

static inline void start_seen_process(void)
{
	start_process();
	look_once(proc, NR);
}

static inline void release(void)
{
	scheme->release_task(task);
}

/* Unhashed, and nothing is flushed: the scheme has no part in it. */
static inline void unhash_task(struct lab_task *who)
{
	write_lock_irq(&lab_tasklist_lock);
	lab_exit_signal(who, NULL);
	write_unlock_irq(&lab_tasklist_lock);
	lab_put_task_rcu_user(who);
}

static inline void unhash(void)
{
	unhash_task(task);
}

static inline void look(void)
{
	look_once(proc, NR);
}

static inline void end_proc(void)
{
	lab_deactivate_super(proc);
	rcu_barrier();
	lab_free_pid_ns(ns);
}

/* Nobody has taken it away, and nobody will but the shrinker. */
static inline void nothing_left_behind(void)
{
	lab_expect(!lab_nr_dentries(proc),
		   "no dentry of the dead process is left in the cache");
	end_proc();
}

#endif
