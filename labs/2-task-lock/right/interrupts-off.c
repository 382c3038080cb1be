// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: it keeps interrupts away while it has the lock, and gives them
 * back as it found them. More than is needed, and right for any caller.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "nsproxy.h"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	unsigned long flags;

	spin_lock_irqsave(&task->alloc_lock, flags);
	if (task->nsproxy) {
		uts_ns = task->nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	spin_unlock_irqrestore(&task->alloc_lock, flags);
	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	unsigned int inum = 0;
	unsigned long flags;

	spin_lock_irqsave(&task->alloc_lock, flags);
	if (task->nsproxy)
		inum = task->nsproxy->uts_ns->ns.inum;
	spin_unlock_irqrestore(&task->alloc_lock, flags);
	return inum;
}

/**
 * lab_mounts_open() - remote reader that needs the task's root as well
 * @task: any task; the caller holds a reference on it
 * @mnt_ns: where to put the mount namespace, with a reference
 * @root: where to put the root
 *
 * Mirrors mounts_open_common(), which opens /proc/PID/mounts. Here one lock
 * guards both, the namespaces and the root.
 *
 * Context: Process context. Takes @task's alloc_lock.
 * Return: 0, -EINVAL when @task is a zombie, or -ENOENT when it is exiting
 * and has no root any more. @mnt_ns is set only when this returns 0.
 */
static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy;
	struct lab_mnt_namespace *found;

	lab_task_lock(task);
	nsproxy = task->nsproxy;
	lab_point(mounts_pointer);
	if (!nsproxy || !nsproxy->mnt_ns) {
		lab_task_unlock(task);
		return -EINVAL;
	}
	found = nsproxy->mnt_ns;
	lab_get_mnt_ns(found);
	lab_point(mounts_referenced);
	if (!task->fs) {
		lab_task_unlock(task);
		lab_put_mnt_ns(found);
		return -ENOENT;
	}
	*root = task->fs->root;
	lab_task_unlock(task);

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

/**
 * lab_copy_namespaces() - fork: the child shares the parent's nsproxy
 * @self: the parent, and the caller's own task
 * @child: not visible to anybody else yet
 *
 * Mirrors copy_namespaces() without any of the CLONE_NEW flags.
 *
 * Context: The task @self itself.
 */
static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	struct lab_nsproxy *nsproxy = self->nsproxy;

	child->nsproxy = nsproxy;
	lab_point(fork_copied);
	lab_get_nsproxy(nsproxy);
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;
	unsigned long flags;

	might_sleep();
	spin_lock_irqsave(&self->alloc_lock, flags);
	old = self->nsproxy;
	self->nsproxy = new;
	spin_unlock_irqrestore(&self->alloc_lock, flags);
	if (old)
		lab_put_nsproxy(old);
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
