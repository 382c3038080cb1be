// SPDX-License-Identifier: GPL-2.0-only
/*
 * A right submission: the lock is released where its scope ends, and a message is
 * written under it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "nsproxy.h"

/**
 * lab_utsns_get() - remote reader: take a reference on a task's UTS namespace
 * @task: any task; the caller holds a reference on it
 *
 * Context: Process context. Takes @task's nsproxy_lock: like alloc_lock, not
 * under tasklist_lock held for writing, as a softirq that reads tasklist_lock
 * may have interrupted its holder (claim R2).
 * Return: the namespace, with a reference that is the caller's, or NULL when
 * @task is a zombie.
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	guard(spinlock)(&task->nsproxy_lock);
	lab_point(read_begin);
	nsproxy = task->nsproxy;
	lab_point(read_pointer);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	lab_point(read_end);
	pr_debug("namespace %u\n", uts_ns ? uts_ns->ns.inum : 0);
	return uts_ns;
}

/**
 * lab_task_uts_inum() - remote reader: look, but take no reference
 * @task: any task; the caller holds a reference on it
 *
 * Context: Process context. Takes @task's nsproxy_lock.
 * Return: the number of @task's UTS namespace, or 0 when @task is a zombie.
 */
static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;
	unsigned int inum = 0;

	spin_lock(&task->nsproxy_lock);
	nsproxy = task->nsproxy;
	lab_point(peek_pointer);
	if (nsproxy)
		inum = nsproxy->uts_ns->ns.inum;
	spin_unlock(&task->nsproxy_lock);

	return inum;
}

/**
 * lab_mounts_open() - remote reader that needs the task's root as well
 * @task: any task; the caller holds a reference on it
 * @mnt_ns: where to put the mount namespace, with a reference
 * @root: where to put the root
 *
 * Mirrors mounts_open_common(), which opens /proc/PID/mounts. The root is
 * guarded by alloc_lock, taken after nsproxy_lock has been released.
 *
 * Context: Process context. Takes @task's nsproxy_lock, then its alloc_lock.
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

	spin_lock(&task->nsproxy_lock);
	nsproxy = task->nsproxy;
	lab_point(mounts_pointer);
	if (!nsproxy || !nsproxy->mnt_ns) {
		spin_unlock(&task->nsproxy_lock);
		return -EINVAL;
	}
	found = nsproxy->mnt_ns;
	lab_get_mnt_ns(found);
	lab_point(mounts_referenced);
	spin_unlock(&task->nsproxy_lock);

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

/**
 * lab_switch_task_namespaces() - the owner switches to another nsproxy
 * @self: the caller's own task
 * @new: to switch to, with a reference that becomes @self's; NULL at exit
 *
 * Context: The task @self itself. May sleep: the last put frees. Takes
 * @self's nsproxy_lock.
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	scoped_guard(spinlock, &self->nsproxy_lock) {
		old = self->nsproxy;
		lab_point(switch_begin);
		self->nsproxy = new;
	}
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
 * Context: The task @self itself. May sleep. Takes @self's nsproxy_lock.
 */
static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME dedicated_lock
#include "loops.h"
