// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pid is flushed when nobody else is about. For schemes that have a list.
 *
 *	flushes
 *	(the process is dead; it was looked up in eleven instances. One of
 *	them is being unmounted, and not done yet. In another its directory
 *	and one below it are in use)
 *	1. flushes: in each instance, all that is not in use is gone, and
 *	   what is in use can't be found any more
 *	2. another process's directory is still there
 *	(the directories are put)
 *	3. they are gone too
 *	4. flushes again: nothing to do
 *
 * What is being unmounted is passed by: nobody finishes it before 1 is over.
 */
#include "scenario.h"

#define MORE	9
#define OTHER	2

static struct lab_super_block *more[MORE], *going;
static struct lab_dentry *used, *below;
static struct lab_task *living;
static struct lab_pid *pid;

static void start_dead_process(void)
{
	unsigned int i;

	start_process();
	living = lab_fork(ns, OTHER, NULL, NULL);
	going = lab_mount_proc(ns);
	look_once(going, NR);
	look_once(proc, OTHER);
	used = lab_proc_pid_lookup(proc, NR);
	below = lab_proc_pident_lookup(used, 1, true);
	lab_dput(lab_proc_pident_lookup(used, 2, false));
	for (i = 0; i < MORE; i++) {
		more[i] = lab_mount_proc(ns);
		look_once(more[i], NR);
		look_once(more[i], OTHER);
	}
	/* The unmount has begun. */
	if (!refcount_dec_and_test(&going->s_active))
		lab_must(false, "nobody keeps it mounted");
	pid = lab_get_task_pid(task);
	unhash();
	/* Callbacks of the setup are none of the flush's. */
	rcu_barrier();
}

static void look_around(void)
{
	unsigned int i;

	for (i = 0; i < MORE; i++)
		lab_must(lab_nr_dentries(more[i]) == 1,
			 "the flush drops what nobody uses, in each instance, and nothing else");
	lab_must(lab_nr_dentries(proc) == 3 &&
		 hlist_unhashed(&used->d_hash) && hlist_unhashed(&below->d_hash),
		 "what somebody uses stays, and nobody finds it");
	lab_dput(below);
	lab_dput(used);
	lab_must(lab_nr_dentries(proc) == 1,
		 "what was in use goes when it is put");
	lab_must(atomic_read(&proc->s_inodes) == 2,
		 "the flush keeps no inode");
	for (i = 0; i < MORE; i++)
		lab_must(refcount_read(&more[i]->s_active) == 1 &&
			 atomic_read(&more[i]->s_inodes) == 2,
			 "the flush keeps no instance mounted, and no inode");
	lab_must(refcount_read(&proc->s_active) == 1 &&
		 !refcount_read(&going->s_active),
		 "the flush keeps no instance mounted");
}

static void flush_alone(void)
{
	unsigned int waits = lab_used(LAB_USED_GRACE_PERIODS);

	scheme->flush_pid(lab_get_pid(pid));
	look_around();
	scheme->flush_pid(lab_get_pid(pid));
	lab_must(lab_used(LAB_USED_GRACE_PERIODS) == waits,
		 "the flush waits for no grace period");
}

static void end_instances(void)
{
	unsigned int i;

	refcount_set(&going->s_active, 1);
	lab_deactivate_super(going);
	lab_must(refcount_read(&pid->count) == 1,
		 "the flush drops the reference that it was given");
	lab_put_pid(pid);
	unhash_task(living);
	for (i = 0; i < MORE; i++) {
		lab_deactivate_super(more[i]);
		rcu_barrier();
	}
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "alone_flush",
	.what = "a dead pid is flushed, alone: does it work at all",
	.setup = start_dead_process,
	.finish = end_instances,
	.actors = {
		{ "flushes", flush_alone },
	},
};
