// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process is released when nobody else is about: it can't be found, nothing
 * of it is left, and its number is free for another.
 *
 *	releases
 *	(process 1 leads a session, 2 and 3 are members of it, 4 is a thread
 *	of 1; all have been looked up)
 *	1. releases the thread, then member 2: theirs goes, the others' stays
 *	2. releases process 1, while the session still has member 3: its own
 *	   goes, the other's stays
 *	3. looks process 1 up: nothing
 *	4. releases member 3, the last of the session
 *	(another process gets the number 1)
 *	5. looks it up: the other one
 *	6. releases that
 */
#include "scenario.h"

#define TID 4

static struct lab_task *members[2], *thread;

static void start_session(void)
{
	start_seen_process();
	members[0] = lab_fork(ns, 2, NULL, task);
	members[1] = lab_fork(ns, 3, NULL, task);
	thread = lab_fork(ns, TID, task, NULL);
	look_once(proc, 2);
	look_once(proc, 3);
	look_once(proc, TID);
}

static bool cached(unsigned int nr)
{
	struct lab_dentry *dentry = lab_d_lookup(proc->s_root, nr);

	if (dentry)
		lab_dput(dentry);
	return dentry;
}

static void release_others(void)
{
	scheme->release_task(thread);
	lab_must(!cached(TID), "nothing of a released thread is left in the cache");
	lab_must(cached(NR) && cached(2) && cached(3),
		 "what is there of others stays in the cache");
	scheme->release_task(members[0]);
	lab_must(!cached(2), "nothing of a released process is left in the cache");
	lab_must(cached(NR) && cached(3),
		 "what is there of others stays in the cache");
}

static void release_leader(void)
{
	struct lab_pid *pid = lab_get_task_pid(task);

	scheme->release_task(task);
	lab_must(!cached(NR), "nothing of a released process is left in the cache");
	lab_must(cached(3), "what is there of others stays in the cache");
	lab_must(!lab_get_pid_task(pid), "the pid has no task any more");
	lab_must(!lab_proc_pid_lookup(proc, NR),
		 "nobody finds a released process");
	rcu_barrier();
	lab_must(refcount_read(&pid->count) == 2,
		 "the release leaves no reference on the pid behind");
	scheme->release_task(members[1]);
	lab_must(!lab_nr_dentries(proc),
		 "nothing of a released process is left in the cache");
	rcu_barrier();
	lab_must(refcount_read(&pid->count) == 1,
		 "the last of a session leaves no reference on its pid behind");
	lab_put_pid(pid);
}

static void release_alone(void)
{
	unsigned int waits = lab_used(LAB_USED_GRACE_PERIODS);
	struct lab_dentry *dir;

	release_others();
	release_leader();
	task = lab_fork(ns, NR, NULL, NULL);
	dir = lab_proc_pid_lookup(proc, NR);
	lab_must(dir && dir->d_inode->pid == lab_task_pid(task),
		 "the number is free for another process");
	if (dir)
		lab_dput(dir);
	scheme->release_task(task);
	lab_must(lab_used(LAB_USED_GRACE_PERIODS) == waits,
		 "a release waits for no grace period");
}

const struct lab_scenario lab_scenario = {
	.name = "alone_release",
	.what = "a process is released, alone: does it work at all",
	.setup = start_session,
	.finish = nothing_left_behind,
	.actors = {
		{ "releases", release_alone },
	},
};
