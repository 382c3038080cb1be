// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: who may sleep only pins under the lock. lab_mounts_open()
 * takes a reference on the whole nsproxy, and looks at leisure afterwards; its
 * put may be the last one. The two others may be called with interrupts off, and
 * do without. The owner takes the lock for everything, which it need not.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "nsproxy.h"

/* The task's nsproxy, with a reference that the caller puts; or NULL. */
static struct lab_nsproxy *pin_nsproxy(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;

	lab_task_lock(task);
	nsproxy = task->nsproxy;
	if (nsproxy)
		lab_get_nsproxy(nsproxy);
	lab_task_unlock(task);

	return nsproxy;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;

	lab_task_lock(task);
	if (task->nsproxy) {
		uts_ns = task->nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	lab_task_unlock(task);

	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	unsigned int inum = 0;

	lab_task_lock(task);
	if (task->nsproxy)
		inum = task->nsproxy->uts_ns->ns.inum;
	lab_task_unlock(task);

	return inum;
}

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy = pin_nsproxy(task);
	int err;

	if (!nsproxy)
		return -EINVAL;
	err = lab_get_fs_root(task, root);
	if (!err) {
		*mnt_ns = nsproxy->mnt_ns;
		lab_get_mnt_ns(*mnt_ns);
	}
	lab_put_nsproxy(nsproxy);
	return err;
}

static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	return lab_task_uts_inum(self);
}

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	child->nsproxy = pin_nsproxy(self);
}

static struct lab_nsproxy *exchange(struct lab_task *self,
				    struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	lab_task_lock(self);
	old = self->nsproxy;
	self->nsproxy = new;
	lab_task_unlock(self);
	return old;
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old = exchange(self, new);

	if (old)
		lab_put_nsproxy(old);
}

static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME task_lock
#include "loops.h"
