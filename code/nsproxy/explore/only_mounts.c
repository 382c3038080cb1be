// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_mounts_open() by itself: the owner is the scenario's own, and careful.
 *
 *	reader				a careful owner, exiting
 *	1. finds the nsproxy
 *					2. drops its fs
 *					3. drops its namespaces: NULL
 *	4. takes a reference
 *	5. no root: an error, and the
 *	   reference goes back
 *
 * Before that, alone: what is returned for a zombie, for a quiet task and for
 * one that has dropped its fs.
 */
#include "careful.h"

static struct lab_mnt_namespace *found;
static unsigned int root;

static int mounts_open(struct lab_task *t)
{
	found = NULL;
	root = 0;
	return scheme->mounts_open(t, &found, &root);
}

static void opens_alone(void)
{
	struct lab_mnt_namespace *mnt_ns = careful_pointer()->mnt_ns;
	struct lab_task *zombie = careful_zombie();
	struct lab_fs *fs = task->fs;

	lab_must(mounts_open(zombie) == -EINVAL && !found,
		 "lab_mounts_open() of a zombie returns -EINVAL, and no namespace");
	lab_must(careful_holds_nothing(zombie),
		 "lab_mounts_open() lets go of what it took when it returns -EINVAL");
	careful_bury(zombie);

	lab_must(!mounts_open(task) && found == mnt_ns && root == 1,
		 "lab_mounts_open() returns 0, the task's mount namespace and its root");
	lab_must(refcount_read(&mnt_ns->ns.count) == 2,
		 "lab_mounts_open() takes one reference, which is the caller's");
	lab_must(careful_holds_nothing(task),
		 "lab_mounts_open() lets go of what it took when it returns 0");
	lab_put_mnt_ns(mnt_ns);

	task->fs = NULL;
	lab_must(mounts_open(task) == -ENOENT && !found,
		 "lab_mounts_open() returns -ENOENT, and no namespace, when the task has dropped its fs");
	lab_must(refcount_read(&mnt_ns->ns.count) == 1,
		 "lab_mounts_open() leaves no reference behind when it fails");
	lab_must(careful_holds_nothing(task),
		 "lab_mounts_open() lets go of what it took when it returns -ENOENT");
	task->fs = fs;
}

static void start(void)
{
	careful_start();
	opens_alone();
}

static void reader(void)
{
	struct lab_mnt_namespace *mnt_ns;
	unsigned int where;
	int err = scheme->mounts_open(task, &mnt_ns, &where);

	lab_must(!err || err == -EINVAL || err == -ENOENT,
		 "lab_mounts_open() returns 0, -EINVAL or -ENOENT");
	if (!err)
		lab_put_mnt_ns(mnt_ns);
}

static void owner(void)
{
	careful_switch(spare[0]);
	lab_exit_fs(task);
	careful_switch(NULL);
}

static void end(void)
{
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "only_mounts",
	.what = "lab_mounts_open() against an owner who makes no mistake, and exits",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", reader },
		{ "careful owner", owner },
	},
};
