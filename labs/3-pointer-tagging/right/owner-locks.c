// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: the owner locks its own word for all that it does, which costs
 * it an atomic operation each time, and nothing else.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "ptrlock.h"

/* Nobody can dereference it by mistake. */
#define LAB_NSPROXY_PTR struct lab_ptrlock
#include "nsproxy.h"

/**
 * lab_utsns_get() - remote reader: take a reference on a task's UTS namespace
 * @task: any task; the caller holds a reference on it
 *
 * Context: Process context. Takes the lock in @task's pointer: not under
 * tasklist_lock held for writing, as a softirq that reads tasklist_lock may
 * have interrupted its holder (claim R2).
 * Return: the namespace, with a reference that is the caller's, or NULL when
 * @task is a zombie.
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	nsproxy = lab_ptrlock_lock(&task->nsproxy);
	lab_point(read_pointer);
	if (nsproxy) {
		/*
		 * What keeps *nsproxy alive: the owner puts it only after it
		 * has replaced the pointer, for which it needs this lock.
		 */
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	lab_point(read_end);
	lab_ptrlock_unlock(&task->nsproxy);

	return uts_ns;
}

/**
 * lab_task_uts_inum() - remote reader: look, but take no reference
 * @task: any task; the caller holds a reference on it
 *
 * Context: Process context. Takes the lock in @task's pointer.
 * Return: the number of @task's UTS namespace, or 0 when @task is a zombie.
 */
static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;
	unsigned int inum = 0;

	nsproxy = lab_ptrlock_lock(&task->nsproxy);
	lab_point(peek_pointer);
	if (nsproxy)
		inum = nsproxy->uts_ns->ns.inum;
	lab_ptrlock_unlock(&task->nsproxy);

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

static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_lock(&self->nsproxy);
	unsigned int inum = nsproxy->uts_ns->ns.inum;

	lab_ptrlock_unlock(&self->nsproxy);
	return inum;
}

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_lock(&self->nsproxy);

	lab_get_nsproxy(nsproxy);
	lab_ptrlock_unlock(&self->nsproxy);
	lab_ptrlock_init(&child->nsproxy, nsproxy);
}

/**
 * lab_switch_task_namespaces() - the owner switches to another nsproxy
 * @self: the caller's own task
 * @new: to switch to, with a reference that becomes @self's; NULL at exit
 *
 * Context: The task @self itself. May sleep: the last put frees. Takes the
 * lock in @self's pointer.
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	old = lab_ptrlock_lock(&self->nsproxy);
	lab_point(switch_begin);
	lab_ptrlock_set_unlock(&self->nsproxy, new);
	lab_point(switch_replaced);

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
