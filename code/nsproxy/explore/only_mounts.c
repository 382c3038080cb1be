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
 * Before that, alone: what is returned for a zombie, for a quiet task, for
 * another one and for one that has dropped its fs, and ten times in a row. An
 * error is right only when the owner has got so far.
 */
#include "careful.h"

static struct lab_mnt_namespace *old, *new, *found;
static unsigned int root;

/* How far the owner has come. */
static enum { LIVES, DROPS_FS, EXITS } owner_is;

static struct careful_used before;

static int opens(struct lab_task *t)
{
	int err;

	before = careful_used();
	found = NULL;
	root = 0;
	err = scheme->mounts_open(t, &found, &root);
	lab_must(careful_holds_nothing(t), !err ?
		 "lab_mounts_open() lets go of what it took when it returns 0" :
		 err == -EINVAL ?
		 "lab_mounts_open() lets go of what it took when it returns -EINVAL" :
		 "lab_mounts_open() lets go of what it took when it returns -ENOENT");
	return err;
}

/* Asked last: a put too many takes a lock as well, and is told as that. */
static void keeps_the_rule(void)
{
	lab_must(careful_used_most(before, CAREFUL_MOUNTS_LOCKS, 0),
		 "lab_mounts_open() " CAREFUL_MOUNTS_RULE);
}

static void opens_others(void)
{
	struct lab_task *zombie = careful_zombie();
	struct lab_task *other = careful_task(lab_create_nsproxy());

	lab_must(opens(zombie) == -EINVAL && !found,
		 "lab_mounts_open() of a zombie returns -EINVAL, and no namespace");
	keeps_the_rule();
	lab_exit_fs(zombie);
	lab_must(opens(zombie) == -EINVAL && !found,
		 "lab_mounts_open() of a zombie returns -EINVAL also when it has dropped its fs");
	lab_put_task(zombie);

	other->fs->root = 2;
	lab_must(!opens(other) && found == careful_pointer(other)->mnt_ns &&
		 root == 2,
		 "lab_mounts_open() returns what the task has that it is asked about");
	lab_put_mnt_ns(found);
	careful_bury(other);
}

static void opens_alone(void)
{
	struct lab_fs *fs = task->fs;
	int i;

	lab_must(!opens(task) && found == old && root == 1,
		 "lab_mounts_open() returns 0, the task's mount namespace and its root");
	lab_must(refcount_read(&old->ns.count) == 2,
		 "lab_mounts_open() takes one reference, which is the caller's");
	keeps_the_rule();
	for (i = 1; i < 10; i++)
		lab_must(!opens(task) && found == old && root == 1,
			 "lab_mounts_open() returns the same when nothing has changed");
	lab_must(refcount_read(&old->ns.count) == 11,
		 "lab_mounts_open() takes one reference each time");
	while (i--)
		lab_put_mnt_ns(old);

	task->fs = NULL;
	lab_must(opens(task) == -ENOENT && !found,
		 "lab_mounts_open() returns -ENOENT, and no namespace, when the task has dropped its fs");
	lab_must(refcount_read(&old->ns.count) == 1,
		 "lab_mounts_open() leaves no reference behind when it fails");
	keeps_the_rule();
	task->fs = fs;
	lab_must(atomic_read(&careful_pointer(task)->count) == 1,
		 "lab_mounts_open() keeps no reference on the nsproxy");
}

static void start(void)
{
	careful_start();
	old = careful_pointer(task)->mnt_ns;
	new = spare[0]->mnt_ns;
	opens_alone();
	opens_others();
}

static void reader(void)
{
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned int where = 0;
	int err = scheme->mounts_open(task, &mnt_ns, &where);

	lab_must(!err || err == -EINVAL || err == -ENOENT,
		 "lab_mounts_open() returns 0, -EINVAL or -ENOENT");
	if (!err) {
		lab_must((mnt_ns == old || mnt_ns == new) && where == 1,
			 "lab_mounts_open() returns 0 with a mount namespace of the task's and its root");
		lab_put_mnt_ns(mnt_ns);
		return;
	}
	lab_must(!mnt_ns,
		 "lab_mounts_open() returns no namespace when it fails");
	lab_must(READ_ONCE(owner_is) >= (err == -EINVAL ? EXITS : DROPS_FS),
		 "lab_mounts_open() fails only when the task has got so far in its exit");
}

static void owner(void)
{
	careful_switch(task, spare[0]);
	WRITE_ONCE(owner_is, DROPS_FS);
	lab_exit_fs(task);
	WRITE_ONCE(owner_is, EXITS);
	careful_switch(task, NULL);
}

static void end(void)
{
	lab_must(opens(task) == -EINVAL && !found,
		 "lab_mounts_open() returns -EINVAL when the exit is over");
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
	.alloc_failures = 1,
};
