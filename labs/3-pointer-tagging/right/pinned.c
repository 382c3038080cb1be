// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: who may sleep only pins under the lock in the pointer.
 * lab_mounts_open() takes a reference on the whole nsproxy, and looks at leisure;
 * fork does the same. The two others may be called with interrupts off, where a
 * last put can't be, and do without. The switch exchanges in one helper.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "ptrlock.h"

#define LAB_NSPROXY_PTR struct lab_ptrlock
#include "nsproxy.h"

/* The task's nsproxy, with a reference that the caller puts; or NULL. */
static struct lab_nsproxy *pin_nsproxy(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_lock(&task->nsproxy);

	if (nsproxy)
		lab_get_nsproxy(nsproxy);
	lab_ptrlock_unlock(&task->nsproxy);
	return nsproxy;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_lock(&task->nsproxy);
	struct lab_uts_namespace *uts_ns = nsproxy ? nsproxy->uts_ns : NULL;

	if (uts_ns)
		lab_get_uts_ns(uts_ns);
	lab_ptrlock_unlock(&task->nsproxy);
	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_lock(&task->nsproxy);
	unsigned int inum = nsproxy ? nsproxy->uts_ns->ns.inum : 0;

	lab_ptrlock_unlock(&task->nsproxy);
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
		lab_get_mnt_ns(nsproxy->mnt_ns);
		*mnt_ns = nsproxy->mnt_ns;
	}
	lab_put_nsproxy(nsproxy);
	return err;
}

static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_peek(&self->nsproxy);

	return nsproxy->uts_ns->ns.inum;
}

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	lab_ptrlock_init(&child->nsproxy, pin_nsproxy(self));
}

static struct lab_nsproxy *exchange(struct lab_ptrlock *pl,
				    struct lab_nsproxy *new)
{
	struct lab_nsproxy *old = lab_ptrlock_lock(pl);

	lab_ptrlock_set_unlock(pl, new);
	return old;
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old = exchange(&self->nsproxy, new);

	if (old)
		lab_put_nsproxy(old);
}

static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME pointer_lock
#include "loops.h"
