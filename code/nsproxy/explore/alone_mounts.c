// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/PID/mounts is opened when nobody else is about: its one way to succeed
 * and its two to fail.
 *
 *	reader
 *	1. opens: the mount namespace with one reference, and the root
 *	(the task drops its fs, as exit does first)
 *	2. gets -ENOENT, and leaves no reference behind
 *	(the task drops its namespaces)
 *	3. gets -EINVAL
 */
#include "scenario.h"

static struct lab_nsproxy *nsproxy;

static void start(void)
{
	task = lab_create_task();
	nsproxy = lab_create_nsproxy();
	lab_get_nsproxy(nsproxy); /* for us to look at */
	scheme->switch_task_namespaces(task, nsproxy);
}

static void fails(int err, const char *text)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root;

	lab_expect(scheme->mounts_open(task, &mnt_ns, &root) == err, text);
	lab_expect(!mnt_ns, "an open that fails hands out no mount namespace");
	lab_expect(refcount_read(&nsproxy->mnt_ns->ns.count) == 1,
		   "an open that fails keeps no reference, and drops none twice");
}

static void reader(void)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root = 0;

	lab_expect(!scheme->mounts_open(task, &mnt_ns, &root),
		   "the mounts of a live task can be opened");
	lab_expect(mnt_ns == nsproxy->mnt_ns,
		   "who opens them gets the task's mount namespace");
	lab_expect(refcount_read(&nsproxy->mnt_ns->ns.count) == 2,
		   "who opens them takes one reference on it");
	lab_expect(root == 1, "who opens them gets the task's root");
	if (mnt_ns)
		lab_put_mnt_ns(mnt_ns);

	lab_exit_fs(task);
	fails(-ENOENT, "a task without a root gives -ENOENT");
	scheme->exit_task_namespaces(task);
	fails(-EINVAL, "a zombie gives -EINVAL");
}

static void end(void)
{
	lab_put_nsproxy(nsproxy);
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "alone_mounts",
	.what = "/proc/PID/mounts is opened, alone: each of its three ways out",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", reader },
	},
};
