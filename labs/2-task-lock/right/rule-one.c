// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one, which leans on rule 1 wherever it can: the owner finds its
 * old nsproxy without the lock, and takes that only for the store. Readers wait
 * for the lock by trying. lab_mounts_open() puts under the lock, which is never
 * the last put: the nsproxy still has its own.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/processor.h>

#include "nsproxy.h"

static void wait_for(struct lab_task *task)
{
	while (!spin_trylock(&task->alloc_lock))
		cpu_relax();
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns;

	wait_for(task);
	if (!task->nsproxy) {
		lab_task_unlock(task);
		return NULL;
	}
	uts_ns = task->nsproxy->uts_ns;
	lab_get_uts_ns(uts_ns);
	lab_task_unlock(task);

	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	const struct lab_nsproxy *nsproxy;
	unsigned int inum;

	wait_for(task);
	nsproxy = task->nsproxy;
	inum = nsproxy ? nsproxy->uts_ns->ns.inum : 0;
	lab_task_unlock(task);

	return inum;
}

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_mnt_namespace *found;
	int err = -EINVAL;

	wait_for(task);
	if (task->nsproxy) {
		found = task->nsproxy->mnt_ns;
		lab_get_mnt_ns(found);
		if (task->fs) {
			*root = task->fs->root;
			*mnt_ns = found;
			err = 0;
		} else {
			lab_put_mnt_ns(found);
			err = -ENOENT;
		}
	}
	lab_task_unlock(task);

	return err;
}

static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	return self->nsproxy->uts_ns->ns.inum;
}

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	child->nsproxy = self->nsproxy;
	lab_get_nsproxy(child->nsproxy);
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old = self->nsproxy;

	might_sleep();

	wait_for(self);
	self->nsproxy = new;
	lab_task_unlock(self);

	if (old)
		lab_put_nsproxy(old);
}

static void lab_exit_task_namespaces(struct lab_task *self)
{
	struct lab_nsproxy *old = self->nsproxy;

	lab_task_lock(self);
	self->nsproxy = NULL;
	lab_task_unlock(self);
	if (old)
		lab_put_nsproxy(old);
}

#define LAB_SCHEME task_lock
#include "loops.h"
