// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: one way out of each function, by goto, as much of the
 * kernel is written; all accesses marked; the child's reference first.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "nsproxy.h"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	lab_task_lock(task);
	nsproxy = READ_ONCE(task->nsproxy);
	if (!nsproxy)
		goto out;
	uts_ns = nsproxy->uts_ns;
	lab_get_uts_ns(uts_ns);
out:
	lab_task_unlock(task);
	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	unsigned int inum = 0;

	lab_task_lock(task);
	if (!READ_ONCE(task->nsproxy))
		goto out;
	inum = READ_ONCE(task->nsproxy)->uts_ns->ns.inum;
out:
	lab_task_unlock(task);
	return inum;
}

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy;
	int err;

	lab_task_lock(task);
	err = -EINVAL;
	nsproxy = READ_ONCE(task->nsproxy);
	if (!nsproxy)
		goto out;
	/* No reference is taken before it is known that it will be wanted. */
	err = -ENOENT;
	if (!task->fs)
		goto out;
	*root = task->fs->root;
	*mnt_ns = nsproxy->mnt_ns;
	lab_get_mnt_ns(*mnt_ns);
	err = 0;
out:
	lab_task_unlock(task);
	return err;
}

static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	const struct lab_nsproxy *mine = READ_ONCE(self->nsproxy);

	return mine->uts_ns->ns.inum;
}

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	lab_get_nsproxy(self->nsproxy);
	WRITE_ONCE(child->nsproxy, self->nsproxy);
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	lab_task_lock(self);
	old = READ_ONCE(self->nsproxy);
	WRITE_ONCE(self->nsproxy, new);
	lab_task_unlock(self);

	if (!old)
		return;
	lab_put_nsproxy(old);
}

static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME task_lock
#include "loops.h"
