// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories of /proc are looked up when nobody else is about: they go on the
 * list of their pid, and off it when they go. For schemes that have a list.
 *
 *	looks
 *	1. a pid is initialised, interrupts off: its list is empty, whatever was
 *	   in its memory before
 *	2. looks up a process's directory, nine below it and a file: ten are
 *	   on the list, and all eleven keep the pid
 *	3. looks up a thread's: it is on the thread's own list
 *	4. looks one up in another instance: eleven are on the list
 *	(the shrinker drops those of the first instance)
 *	5. one is on the list
 *	(another one is taken off the list, as by a flush, and goes)
 *	(the process is unhashed)
 *	6. no inode is made for it any more
 *	7. the last directory goes, and the pid with it
 */
#include <linux/rculist.h>
#include <linux/string.h>

#include "scenario.h"

#define TID	2
#define BELOW	9

static struct lab_super_block *other;
static struct lab_task *thread;

static void start_two_instances(void)
{
	start_process();
	other = lab_mount_proc(ns);
	thread = lab_fork(ns, TID, task, NULL);
}

/* @was: what the memory of the new pid is full of. */
static void init_alone(int was)
{
	struct lab_pid *pid = lab_alloc(scheme->pid_size);

	memset(pid, was, scheme->pid_size);
	local_irq_disable();
	scheme->init_pid(pid);
	lab_must(irqs_disabled(),
		 "interrupts are off for the caller, and stay so");
	local_irq_enable();
	lab_must(!scheme->nr_inodes(pid),
		 "nothing is on the list of a new pid");
	lab_free(pid);
}

static void look_alone(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);
	struct lab_dentry *dir, *file, *below[BELOW];
	unsigned int i;

	dir = lab_proc_pid_lookup(proc, NR);
	lab_must(dir, "a process that is looked up has a directory");
	for (i = 0; i < BELOW; i++) {
		below[i] = lab_proc_pident_lookup(dir, 1 + i, true);
		lab_must(below[i] && below[i]->d_inode->pid == pid,
			 "what is looked up of a process has an inode with its pid");
	}
	file = lab_proc_pident_lookup(dir, 1 + BELOW, false);
	lab_must(file && file->d_inode->pid == pid && dir->d_inode->pid == pid,
		 "what is looked up of a process has an inode with its pid");
	lab_must(scheme->nr_inodes(pid) == 1 + BELOW,
		 "directories are on the list, and nothing else is");
	lab_must(refcount_read(&pid->count) == 2 + 1 + BELOW + 1,
		 "each inode has one reference on the pid");
	lab_must(dir->d_inode->i_sb == proc,
		 "an inode is made in the instance that was asked");
	look_once(other, NR);
	lab_must(scheme->nr_inodes(pid) == 1 + BELOW + 1,
		 "directories of all instances are on the list");
	lab_dput(file);
	for (i = 0; i < BELOW; i++)
		lab_dput(below[i]);
	lab_dput(dir);

	lab_shrink_dcache_sb(proc);
	rcu_barrier();
	lab_must(scheme->nr_inodes(pid) == 1,
		 "an inode that goes leaves the list");
	lab_must(refcount_read(&pid->count) == 2 + 1,
		 "an inode that goes drops its reference on the pid");
	lab_put_pid(pid);
}

/* As a flush does it, which then leaves the rest to others: nobody is about. */
static void take_off(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);
	struct lab_dentry *dir = lab_proc_pid_lookup(proc, NR);

	hlist_del_init_rcu(&dir->d_inode->sibling_inodes);
	lab_dput(dir);
	lab_shrink_dcache_sb(proc);
	lab_must(scheme->nr_inodes(pid) == 1,
		 "an inode that was taken off the list goes, and no other leaves it");
	lab_put_pid(pid);
}

static void look_at_thread(void)
{
	struct lab_pid *pid = lab_get_task_pid(thread);
	struct lab_dentry *dir = lab_proc_pid_lookup(proc, TID);

	lab_must(dir && dir->d_inode->pid == pid,
		 "a thread's directory has the thread's pid");
	lab_must(scheme->nr_inodes(pid) == 1 &&
		 scheme->nr_inodes(lab_task_pid(task)) == 1,
		 "a thread's directory is on the thread's list");
	lab_dput(dir);
	lab_shrink_dcache_sb(proc);
	lab_put_pid(pid);
	unhash_task(thread);
}

static void look_at_dead(void)
{
	struct lab_dentry *used = lab_proc_pid_lookup(proc, NR);

	lab_shrink_dcache_sb(other);
	refcount_inc(&task->usage);
	unhash();
	lab_must(!scheme->pid_make_inode(proc, task, true) &&
		 !scheme->pid_make_inode(proc, task, false),
		 "no inode is made for who has been unhashed");
	lab_must(atomic_read(&proc->s_inodes) == 2,
		 "of who has been unhashed no inode is left over");
	lab_put_task(task);
	rcu_barrier();
	lab_dput(used);
	lab_must(atomic_read(&proc->s_inodes) == 1,
		 "the last directory goes with its last user");
}

static void looker(void)
{
	unsigned int waits = lab_used(LAB_USED_GRACE_PERIODS);

	init_alone(0x5a);
	init_alone(0xa5);
	look_alone();
	take_off();
	look_at_thread();
	look_at_dead();
	lab_must(lab_used(LAB_USED_GRACE_PERIODS) == waits,
		 "a look-up and an inode's end wait for no grace period");
}

static void end_two_instances(void)
{
	lab_deactivate_super(other);
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "alone_look",
	.what = "directories are looked up, alone: does the list work",
	.setup = start_two_instances,
	.finish = end_two_instances,
	.actors = {
		{ "looks", looker },
	},
};
