// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: the root is asked for with the word locked, so that the locks
 * nest, always in this order. The switch keeps the two halves of its last step apart.
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

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy = lab_ptrlock_lock(&task->nsproxy);
	int err = -EINVAL;

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

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	lab_get_nsproxy(lab_ptrlock_peek(&self->nsproxy));
	lab_ptrlock_init(&child->nsproxy, lab_ptrlock_peek(&self->nsproxy));
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old = lab_ptrlock_lock(&self->nsproxy);

	lab_ptrlock_set_unlock(&self->nsproxy, new);
	if (!old || !atomic_dec_and_test(&old->count))
		return;
	lab_free_nsproxy(old);
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
