// SPDX-License-Identifier: GPL-2.0-only
/*
 * A right submission: the switch exchanges, with all the order that there is. Readers
 * nest a section of a helper's in their own, and leave it early on each way out.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

/* Sparse objects to a plain access to the pointer. */
#define LAB_NSPROXY_PTR struct lab_nsproxy __rcu *
#include "nsproxy.h"

static struct lab_uts_namespace *uts_ns_of(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;
	struct lab_uts_namespace *found = NULL;

	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	if (nsproxy)
		found = nsproxy->uts_ns;
	rcu_read_unlock();
	return found;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns;

	rcu_read_lock();
	uts_ns = uts_ns_of(task);
	if (!uts_ns) {
		rcu_read_unlock();
		return NULL;
	}
	lab_get_uts_ns(uts_ns);
	rcu_read_unlock();
	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns;
	unsigned int inum;

	rcu_read_lock();
	uts_ns = uts_ns_of(task);
	inum = uts_ns ? uts_ns->ns.inum : 0;
	rcu_read_unlock();
	return inum;
}

/**
 * lab_mounts_open() - remote reader that needs the task's root as well
 * @task: any task; the caller holds a reference on it
 * @mnt_ns: where to put the mount namespace, with a reference
 * @root: where to put the root
 *
 * Mirrors mounts_open_common(), which opens /proc/PID/mounts. The root is
 * guarded by alloc_lock, which RCU does not replace.
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
	int err;

	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	lab_point(mounts_pointer);
	if (!nsproxy || !nsproxy->mnt_ns) {
		rcu_read_unlock();
		return -EINVAL;
	}
	found = nsproxy->mnt_ns;
	lab_get_mnt_ns(found);
	lab_point(mounts_referenced);
	rcu_read_unlock();

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
	return rcu_dereference_protected(self->nsproxy, true)->uts_ns->ns.inum;
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
	struct lab_nsproxy *nsproxy;

	nsproxy = rcu_dereference_protected(self->nsproxy, true);
	/* Whoever makes the child visible also publishes this. */
	RCU_INIT_POINTER(child->nsproxy, nsproxy);
	lab_point(fork_copied);
	lab_get_nsproxy(nsproxy);
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old = xchg(&self->nsproxy, new);

	might_sleep();
	if (!old || !atomic_dec_and_test(&old->count))
		return;
	synchronize_rcu();
	lab_free_nsproxy(old);
}

/**
 * lab_exit_task_namespaces() - exit: the owner becomes a zombie
 * @self: the caller's own task
 *
 * Mirrors exit_task_namespaces().
 *
 * Context: The task @self itself. May sleep: waits for a grace period when
 * the nsproxy loses its last reference.
 */
static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME rcu
#include "loops.h"
