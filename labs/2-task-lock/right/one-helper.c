// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one: one helper locks and says what there is, another one unlocks and
 * hands on what it is given. A look takes a reference and puts it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "nsproxy.h"

static struct lab_nsproxy *locked(struct lab_task *task)
{
	lab_task_lock(task);
	return task->nsproxy;
}

static struct lab_uts_namespace *unlocked(struct lab_task *task,
					  struct lab_uts_namespace *uts_ns)
{
	lab_task_unlock(task);
	return uts_ns;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy = locked(task);

	if (!nsproxy)
		return unlocked(task, NULL);
	lab_get_uts_ns(nsproxy->uts_ns);
	return unlocked(task, nsproxy->uts_ns);
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = lab_utsns_get(task);
	unsigned int inum;

	if (!uts_ns)
		return 0;
	inum = uts_ns->ns.inum;
	lab_put_uts_ns(uts_ns);
	return inum;
}

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy = locked(task);
	const struct lab_fs *fs = task->fs;

	if (nsproxy && fs) {
		*root = fs->root;
		lab_get_mnt_ns(nsproxy->mnt_ns);
		*mnt_ns = nsproxy->mnt_ns;
	}
	(void)unlocked(task, NULL);
	if (!nsproxy)
		return -EINVAL;
	return fs ? 0 : -ENOENT;
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
 * Mirrors switch_task_namespaces() as 728dba3a39c left it. There is no wait:
 * a reader that was inside has left by the time the lock is ours, and none
 * that comes later can find the old nsproxy.
 *
 * Context: The task @self itself. May sleep: the last put frees. Takes
 * @self's alloc_lock.
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	lab_task_lock(self);
	old = self->nsproxy;
	lab_point(switch_begin);
	self->nsproxy = new;
	lab_task_unlock(self);
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
 * Context: The task @self itself. May sleep. Takes @self's alloc_lock.
 */
static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME task_lock
#include "loops.h"
