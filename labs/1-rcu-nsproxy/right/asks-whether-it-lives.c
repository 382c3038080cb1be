// SPDX-License-Identifier: GPL-2.0-only
/*
 * A right submission: readers do not trust the nsproxy's reference. They take theirs
 * only from a namespace that still has one, and look again if it has none. The
 * switch uses an exchange, and a section nests in another one.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

/* Sparse objects to a plain access to the pointer. */
#define LAB_NSPROXY_PTR struct lab_nsproxy __rcu *
#include "nsproxy.h"

/**
 * lab_utsns_get() - remote reader: take a reference on a task's UTS namespace
 * @task: any task; the caller holds a reference on it
 *
 * The pattern that cf7b708c8d's changelog gives to remote readers.
 *
 * Context: Any, also where alloc_lock can't be taken (claim R2).
 * Return: the namespace, with a reference that is the caller's, or NULL when
 * @task is a zombie.
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns;
	struct lab_nsproxy *nsproxy;

	rcu_read_lock();
	do {
		uts_ns = NULL;
		nsproxy = rcu_dereference(task->nsproxy);
		if (!nsproxy)
			break;
		uts_ns = nsproxy->uts_ns;
	} while (!refcount_inc_not_zero(&uts_ns->ns.count));
	rcu_read_unlock();

	return uts_ns;
}

/**
 * lab_task_uts_inum() - remote reader: look, but take no reference
 * @task: any task; the caller holds a reference on it
 *
 * Context: Any.
 * Return: the number of @task's UTS namespace, or 0 when @task is a zombie.
 */
static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;
	unsigned int inum = 0;

	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	/* An nsproxy that nobody has any more is looked through all the same. */
	if (nsproxy && refcount_read(&nsproxy->uts_ns->ns.count))
		inum = nsproxy->uts_ns->ns.inum;
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
	struct lab_mnt_namespace *found = NULL;
	struct lab_nsproxy *nsproxy;
	int err;

	rcu_read_lock();
	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	rcu_read_unlock();
	if (nsproxy && refcount_inc_not_zero(&nsproxy->mnt_ns->ns.count))
		found = nsproxy->mnt_ns;
	rcu_read_unlock();
	if (!found)
		return -EINVAL;

	err = lab_get_fs_root(task, root);
	if (err)
		goto drop;
	*mnt_ns = found;
	return 0;
drop:
	lab_put_mnt_ns(found);
	return err;
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

/**
 * lab_switch_task_namespaces() - the owner switches to another nsproxy
 * @self: the caller's own task
 * @new: to switch to, with a reference that becomes @self's; NULL at exit
 *
 * Mirrors switch_task_namespaces() as cf7b708c8d introduced it. The wait is
 * only paid by the put that turns out to be the last (claim R4).
 *
 * Context: The task @self itself. May sleep: waits for a grace period when
 * the old nsproxy loses its last reference. Not within an RCU read-side
 * critical section.
 */
static void lab_drop_nsproxy(struct lab_nsproxy *nsproxy)
{
	if (!atomic_dec_and_test(&nsproxy->count))
		return;
	synchronize_rcu();
	lab_free_nsproxy(nsproxy);
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();
	old = xchg((struct lab_nsproxy **)&self->nsproxy, new);
	if (old)
		lab_drop_nsproxy(old);
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
