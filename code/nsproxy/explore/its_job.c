// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scheme that never fails must also do its job: one actor calls all seven
 * functions, and each must return what it promises.
 *
 *	self
 *	1. has no nsproxy: readers find none
 *	2. switches to its first: readers find it
 *	3. forks: the child shares it
 *	4. switches again: the child keeps the first
 *	5. drops its fs: /proc/PID/mounts fails, and keeps nothing
 *	6. exits: readers find none
 *
 * What may happen later, such as a free, is asked at the end.
 */
#include "scenario.h"

static struct lab_task *child;
static struct lab_nsproxy *first, *second;

static void start(void)
{
	task = lab_create_task();
	child = lab_create_task();
	first = lab_create_nsproxy();
	second = lab_create_nsproxy();
	/* References of the scenario's own, to look at the counts by. */
	lab_get_nsproxy(first);
	lab_get_nsproxy(second);
}

static void finds_none(struct lab_task *t)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root;

	lab_must(!scheme->utsns_get(t),
		 "lab_utsns_get() returns NULL when there is no nsproxy");
	lab_must(!scheme->task_uts_inum(t),
		 "lab_task_uts_inum() returns 0 when there is no nsproxy");
	lab_must(scheme->mounts_open(t, &mnt_ns, &root) == -EINVAL && !mnt_ns,
		 "lab_mounts_open() returns -EINVAL when there is no nsproxy");
}

static void finds(struct lab_task *t, const struct lab_nsproxy *nsproxy)
{
	struct lab_uts_namespace *uts_ns = scheme->utsns_get(t);
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root = 0;

	lab_must(uts_ns == nsproxy->uts_ns,
		 "lab_utsns_get() returns the UTS namespace of the task");
	lab_must(refcount_read(&nsproxy->uts_ns->ns.count) == 2,
		 "lab_utsns_get() takes one reference, which is the caller's");
	lab_put_uts_ns(uts_ns);
	lab_must(scheme->task_uts_inum(t) == nsproxy->uts_ns->ns.inum,
		 "lab_task_uts_inum() returns the number of the task's UTS namespace");
	lab_must(!scheme->mounts_open(t, &mnt_ns, &root) &&
		 mnt_ns == nsproxy->mnt_ns && root == 1,
		 "lab_mounts_open() returns 0, the task's mount namespace and its root");
	lab_put_mnt_ns(mnt_ns);
	lab_must(refcount_read(&nsproxy->uts_ns->ns.count) == 1 &&
		 refcount_read(&nsproxy->mnt_ns->ns.count) == 1,
		 "remote readers keep no reference but those that they return");
	lab_must(scheme->current_uts_inum(t) == nsproxy->uts_ns->ns.inum,
		 "lab_current_uts_inum() returns the number of the task's own");
}

static void finds_no_root(struct lab_task *t, const struct lab_nsproxy *nsproxy)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root;

	lab_must(scheme->mounts_open(t, &mnt_ns, &root) == -ENOENT && !mnt_ns,
		 "lab_mounts_open() returns -ENOENT when the task has dropped its fs");
	lab_must(refcount_read(&nsproxy->mnt_ns->ns.count) == 1,
		 "lab_mounts_open() leaves no reference behind when it fails");
}

static void self(void)
{
	finds_none(task);
	scheme->switch_task_namespaces(task, first);
	finds(task, first);
	scheme->copy_namespaces(task, child);
	finds(child, first);
	lab_must(atomic_read(&first->count) == 3,
		 "lab_copy_namespaces() takes one reference, which is the child's");
	scheme->switch_task_namespaces(task, second);
	finds(task, second);
	finds(child, first);
	lab_exit_fs(task);
	finds_no_root(task, second);
	scheme->exit_task_namespaces(task);
	finds_none(task);
}

static void end(void)
{
	lab_must(atomic_read(&first->count) == 2,
		 "a switch drops one reference on the old nsproxy, the task's");
	lab_must(atomic_read(&second->count) == 1,
		 "exit drops one reference on the nsproxy, the task's");
	scheme->exit_task_namespaces(child);
	lab_exit_fs(child);
	lab_put_nsproxy(first);
	lab_put_nsproxy(second);
	lab_put_task(child);
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "its_job",
	.what = "one actor calls all functions, and expects what they promise",
	.setup = start,
	.finish = end,
	.actors = {
		{ "self", self },
	},
};
