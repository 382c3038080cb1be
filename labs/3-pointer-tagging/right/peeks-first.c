// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: a zombie's word is never locked, as a task that has exited stays
 * so. The owner knows its old pointer before it has the lock: only it stores.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "ptrlock.h"

/* Nobody can dereference it by mistake. */
#define LAB_NSPROXY_PTR struct lab_ptrlock
#include "nsproxy.h"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	if (!lab_ptrlock_peek(&task->nsproxy))
		return NULL;
	nsproxy = lab_ptrlock_lock(&task->nsproxy);
	/* It may have exited meanwhile. */
	if (nsproxy)
		lab_get_uts_ns(uts_ns = nsproxy->uts_ns);
	lab_ptrlock_unlock(&task->nsproxy);
	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = lab_utsns_get(task);
	unsigned int inum = 0;

	if (uts_ns) {
		inum = uts_ns->ns.inum;
		lab_put_uts_ns(uts_ns);
	}
	return inum;
}

/**
 * lab_mounts_open() - remote reader that needs the task's root as well
 * @task: any task; the caller holds a reference on it
 * @mnt_ns: where to put the mount namespace, with a reference
 * @root: where to put the root
 *
 * Mirrors mounts_open_common(), which opens /proc/PID/mounts. The root is
 * guarded by alloc_lock, taken after the pointer's lock has been released.
 *
 * Context: Process context. Takes the lock in @task's pointer, then @task's
 * alloc_lock.
 * Return: 0, -EINVAL when @task is a zombie, or -ENOENT when it is exiting
 * and has no root any more. @mnt_ns is set only when this returns 0.
 */
static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy;
	struct lab_mnt_namespace *found;
	int err;

	nsproxy = lab_ptrlock_lock(&task->nsproxy);
	lab_point(mounts_pointer);
	if (!nsproxy || !nsproxy->mnt_ns) {
		lab_ptrlock_unlock(&task->nsproxy);
		return -EINVAL;
	}
	found = nsproxy->mnt_ns;
	lab_get_mnt_ns(found);
	lab_point(mounts_referenced);
	lab_ptrlock_unlock(&task->nsproxy);

	err = lab_get_fs_root(task, root);
	if (err) {
		lab_put_mnt_ns(found);
		return err;
	}

	*mnt_ns = found;
	return 0;
}

/**
 * lab_current_uts_inum() - the owner's own read
 * @self: the caller's own task
 *
 * What utsname() does, which is what most readers of an nsproxy are. It may
 * find the word locked by a remote reader, and masks.
 *
 * Context: The task @self itself. Takes nothing: only @self could switch.
 * Return: the number of @self's UTS namespace.
 */
static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_peek(&self->nsproxy);

	lab_point(own_read);
	return nsproxy->uts_ns->ns.inum;
}

/**
 * lab_copy_namespaces() - fork: the child shares the parent's nsproxy
 * @self: the parent, and the caller's own task
 * @child: not visible to anybody else yet
 *
 * Mirrors copy_namespaces() without any of the CLONE_NEW flags. The child's
 * word is born unlocked, whatever the parent's is.
 *
 * Context: The task @self itself.
 */
static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_peek(&self->nsproxy);

	lab_ptrlock_init(&child->nsproxy, nsproxy);
	lab_point(fork_copied);
	lab_get_nsproxy(nsproxy);
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old = lab_ptrlock_peek(&self->nsproxy);

	might_sleep();
	(void)lab_ptrlock_lock(&self->nsproxy);
	lab_ptrlock_set_unlock(&self->nsproxy, new);
	if (old)
		lab_put_nsproxy(old);
}

/**
 * lab_exit_task_namespaces() - exit: the owner becomes a zombie
 * @self: the caller's own task
 *
 * Mirrors exit_task_namespaces().
 *
 * Context: The task @self itself. May sleep. Takes the lock in @self's
 * pointer.
 */
static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME pointer_lock
#include "loops.h"
