// SPDX-License-Identifier: GPL-2.0-only
/*
 * A right submission, more careful than it need be: the owner stores under alloc_lock,
 * as if there were others who store, and holds a reference of its own on what it
 * leaves until the readers are done.
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
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	rcu_read_lock();
	lab_point(read_begin);
	nsproxy = rcu_dereference(task->nsproxy);
	lab_point(read_pointer);
	if (nsproxy) {
		/*
		 * What keeps *nsproxy alive: the owner may have replaced the
		 * pointer by now, but who drops the last reference waits, and
		 * synchronize_rcu() returns only after our rcu_read_unlock().
		 * The nsproxy in turn holds a reference on the namespace, so
		 * that ours is never the first.
		 */
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	lab_point(read_end);
	rcu_read_unlock();

	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;
	unsigned int inum;

	rcu_read_lock();
	nsproxy = smp_load_acquire(&task->nsproxy);
	if (!nsproxy) {
		rcu_read_unlock();
		return 0;
	}
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
	struct lab_nsproxy *old;

	might_sleep();
	lab_task_lock(self);
	old = rcu_dereference_protected(self->nsproxy,
					lockdep_is_held(&self->alloc_lock));
	smp_store_release(&self->nsproxy, new);
	lab_task_unlock(self);
	if (!old)
		return;

	/* One who waits has a reference, so that no other can be the last. */
	synchronize_rcu();
	if (atomic_dec_and_test(&old->count))
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
