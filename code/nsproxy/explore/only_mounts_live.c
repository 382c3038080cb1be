// SPDX-License-Identifier: GPL-2.0-only
/*
 * As only_mounts.c, but the owner does not exit: it switches, and has a root
 * all the time. So to open must succeed, whoever holds what meanwhile. A sibling
 * shares the nsproxy, opens at the same time, and is the one that exits. Both of
 * them have just failed to open a third task, which has the nsproxy and no root.
 *
 *	reader			careful sibling		careful owner
 *	1. finds the nsproxy
 *				2. finds it, too, by
 *				   its own pointer
 *							3. puts a new one in
 *							   its place
 *				4. exits, and frees it
 *	5. takes a reference
 *	6. finds the root
 */
#include "careful.h"

static struct lab_mnt_namespace *old, *new;
static struct lab_task *exiting;

static void start(void)
{
	careful_start();
	careful_share();
	old = careful_pointer(task)->mnt_ns;
	new = spare[0]->mnt_ns;

	lab_get_nsproxy(careful_pointer(task));
	exiting = careful_task(careful_pointer(task));
	lab_exit_fs(exiting);
}

/* Two at once fail here, or one comes in while the other goes out. */
static void fails(void)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root;

	lab_must(scheme->mounts_open(exiting, &mnt_ns, &root) == -ENOENT && !mnt_ns,
		 "lab_mounts_open() returns -ENOENT, and no namespace, when the task has dropped its fs");
}

static void reader(void)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root = 0;

	fails();
	lab_must(!scheme->mounts_open(task, &mnt_ns, &root),
		 "lab_mounts_open() returns 0: the task has not exited");
	lab_must(root == 1, "lab_mounts_open() gets the task's root");
	lab_must(mnt_ns == old || mnt_ns == new,
		 "lab_mounts_open() gets the task's old mount namespace or its new one");
	lab_put_mnt_ns(mnt_ns);
}

static void leaves(void)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root;

	fails();
	lab_must(!scheme->mounts_open(sibling, &mnt_ns, &root) && mnt_ns == old,
		 "lab_mounts_open() gets the mount namespace of a task that has not begun to exit");
	careful_sibling_leaves();
	lab_put_mnt_ns(mnt_ns);
}

static void owner(void)
{
	careful_switch(task, spare[0]);
}

static void end(void)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int root;

	lab_must(!scheme->mounts_open(task, &mnt_ns, &root) && mnt_ns == new,
		 "lab_mounts_open() gets the new mount namespace when the switch is over");
	lab_put_mnt_ns(new);
	lab_must(scheme->mounts_open(sibling, &mnt_ns, &root) == -EINVAL,
		 "lab_mounts_open() returns -EINVAL when the exit is over");
	careful_bury(exiting);
	careful_bury(sibling);
	careful_end();
}

const struct lab_scenario lab_scenario = {
	.name = "only_mounts_live",
	.what = "lab_mounts_open() against a careful owner who only switches",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", reader },
		{ "careful sibling", leaves },
		{ "careful owner", owner },
	},
	.alloc_failures = 1,
};
