// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: one way out of each function, by goto, and the root first.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "ptrlock.h"

#define LAB_NSPROXY_PTR struct lab_ptrlock
#include "nsproxy.h"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy = lab_ptrlock_lock(&task->nsproxy);

	if (!nsproxy)
		goto out;
	uts_ns = nsproxy->uts_ns;
	lab_get_uts_ns(uts_ns);
out:
	lab_ptrlock_unlock(&task->nsproxy);
	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	unsigned int inum = 0;
	struct lab_nsproxy *nsproxy = lab_ptrlock_lock(&task->nsproxy);

	if (!nsproxy)
		goto out;
	inum = nsproxy->uts_ns->ns.inum;
out:
	lab_ptrlock_unlock(&task->nsproxy);
	return inum;
}

/*
 * alloc_lock inside the pointer's lock. Nobody takes them the other way round,
 * and the root and the namespace come from one moment.
 */
static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy;
	int err = -EINVAL;

	nsproxy = lab_ptrlock_lock(&task->nsproxy);
	if (!nsproxy)
		goto out;
	err = lab_get_fs_root(task, root);
	if (err)
		goto out;
	*mnt_ns = nsproxy->mnt_ns;
	lab_get_mnt_ns(*mnt_ns);
out:
	lab_ptrlock_unlock(&task->nsproxy);
	return err;
}

static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	const struct lab_nsproxy *mine = lab_ptrlock_peek(&self->nsproxy);

	return mine->uts_ns->ns.inum;
}

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	lab_get_nsproxy(lab_ptrlock_peek(&self->nsproxy));
	lab_ptrlock_init(&child->nsproxy, lab_ptrlock_peek(&self->nsproxy));
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	old = lab_ptrlock_lock(&self->nsproxy);
	lab_ptrlock_set_unlock(&self->nsproxy, new);
	if (!old)
		return;
	lab_put_nsproxy(old);
}

static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME pointer_lock
#include "loops.h"
