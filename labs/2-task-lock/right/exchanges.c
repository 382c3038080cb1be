// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: the owner exchanges under the lock, fork takes its reference
 * before the child gets the pointer, and the root is asked for after the namespace.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "nsproxy.h"

/**
 * lab_utsns_get() - remote reader: take a reference on a task's UTS namespace
 * @task: any task; the caller holds a reference on it
 *
 * Mirrors utsns_get() as 728dba3a39c left it.
 *
 * Context: Process context. Takes @task's alloc_lock: not under tasklist_lock
 * held for writing (claim R2).
 * Return: the namespace, with a reference that is the caller's, or NULL when
 * @task is a zombie.
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	lab_task_lock(task);
	lab_point(read_begin);
	nsproxy = task->nsproxy;
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
	lab_task_unlock(task);

	return uts_ns;
}

/**
 * lab_task_uts_inum() - remote reader: look, but take no reference
 * @task: any task; the caller holds a reference on it
 *
 * Context: Process context. Takes @task's alloc_lock.
 * Return: the number of @task's UTS namespace, or 0 when @task is a zombie.
 */
static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;
	unsigned int inum = 0;

	lab_task_lock(task);
	nsproxy = task->nsproxy;
	lab_point(peek_pointer);
	if (nsproxy)
		inum = nsproxy->uts_ns->ns.inum;
	lab_task_unlock(task);

	return inum;
}

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_mnt_namespace *found = NULL;

	lab_task_lock(task);
	if (task->nsproxy) {
		found = task->nsproxy->mnt_ns;
		lab_get_mnt_ns(found);
	}
	lab_task_unlock(task);
	if (!found)
		return -EINVAL;

	if (lab_get_fs_root(task, root)) {
		lab_put_mnt_ns(found);
		return -ENOENT;
	}
	*mnt_ns = found;
	return 0;
}

/**
 * lab_current_uts_inum() - the owner's own read
 * @self: the caller's own task
 *
 * What utsname() does, which is what most readers of an nsproxy are.
 *
 * Context: The task @self itself. Takes nothing: only @self could switch.
 * Return: the number of @self's UTS namespace.
 */
static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	lab_point(own_read);
	return self->nsproxy->uts_ns->ns.inum;
}

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	lab_get_nsproxy(self->nsproxy);
	child->nsproxy = self->nsproxy;
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	lab_task_lock(self);
	new = xchg(&self->nsproxy, new);
	lab_task_unlock(self);
	if (new && atomic_dec_and_test(&new->count))
		lab_free_nsproxy(new);
}

/**
 * lab_exit_task_namespaces() - exit: the owner becomes a zombie
 * @self: the caller's own task
 *
 * Mirrors exit_task_namespaces().
 *
 * Context: The task @self itself. May sleep. Takes @self's alloc_lock.
 */
static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME task_lock
#include "loops.h"
