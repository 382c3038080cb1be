// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pid is flushed when nobody else is about. For schemes that have a list.
 *
 *	flushes
 *	(the process is dead; one of its directories is in use)
 *	1. flushes: in both instances, all that is not in use is gone, and
 *	   what is in use can't be found any more
 *	(the directory is put)
 *	2. that is gone too
 *	3. flushes again: nothing to do
 */
#include "scenario.h"

static struct lab_super_block *other;
static struct lab_dentry *used;
static struct lab_pid *pid;

static void look_around(struct lab_super_block *sb)
{
	struct lab_dentry *dir = lab_proc_pid_lookup(sb, NR);

	lab_dput(lab_proc_pident_lookup(dir, 1, true));
	lab_dput(lab_proc_pident_lookup(dir, 2, false));
	lab_dput(dir);
}

static void start_dead_process(void)
{
	start_process();
	other = lab_mount_proc(ns);
	look_around(proc);
	look_around(other);
	used = lab_proc_pid_lookup(proc, NR);
	pid = lab_get_task_pid(task);
	unhash();
}

static void flush_alone(void)
{
	rcu_barrier();
	scheme->flush_pid(lab_get_pid(pid));
	lab_must(!lab_nr_dentries(other),
		 "the flush drops what nobody uses, in each instance");
	lab_must(lab_nr_dentries(proc) == 1 &&
		 !lab_d_lookup(proc->s_root, NR),
		 "what somebody uses stays, and nobody finds it");
	lab_dput(used);
	lab_must(!lab_nr_dentries(proc), "what was in use goes when it is put");
	lab_must(atomic_read(&proc->s_inodes) == 1 &&
		 atomic_read(&other->s_inodes) == 1,
		 "the flush keeps no inode");
	lab_must(refcount_read(&proc->s_active) == 1 &&
		 refcount_read(&other->s_active) == 1,
		 "the flush keeps no instance mounted");
	scheme->flush_pid(lab_get_pid(pid));
	lab_must(refcount_read(&pid->count) == 1,
		 "the flush drops the reference that it was given");
	lab_put_pid(pid);
}

static void end_two_instances(void)
{
	lab_deactivate_super(other);
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "alone_flush",
	.what = "a dead pid is flushed, alone: does it work at all",
	.setup = start_dead_process,
	.finish = end_two_instances,
	.actors = {
		{ "flushes", flush_alone },
	},
};
