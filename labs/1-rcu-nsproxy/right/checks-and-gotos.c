// SPDX-License-Identifier: GPL-2.0-only
/*
 * A right submission: the section is what rcu_dereference_check() is told, one way
 * out of each reader by goto, and a put of its own that frees behind the readers.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

/* Sparse objects to a plain access to the pointer. */
#define LAB_NSPROXY_PTR struct lab_nsproxy __rcu *
#include "nsproxy.h"

static void drop_behind_readers(struct lab_nsproxy *nsproxy)
{
	if (!atomic_dec_and_test(&nsproxy->count))
		return;
	synchronize_rcu();
	lab_free_nsproxy(nsproxy);
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	const struct lab_nsproxy *nsproxy;

	rcu_read_lock();
	nsproxy = rcu_dereference_check(task->nsproxy, rcu_read_lock_held());
	if (!nsproxy)
		goto out;
	uts_ns = nsproxy->uts_ns;
	refcount_inc(&uts_ns->ns.count);
out:
	rcu_read_unlock();
	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	unsigned int inum = 0;
	struct lab_nsproxy *nsproxy;

	rcu_read_lock();
	nsproxy = rcu_dereference_check(task->nsproxy, rcu_read_lock_held());
	if (!nsproxy)
		goto out;
	inum = READ_ONCE(nsproxy->uts_ns->ns.inum);
out:
	rcu_read_unlock();
	return inum;
}

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	int err = -EINVAL;
	struct lab_nsproxy *nsproxy;
	struct lab_mnt_namespace *found = NULL;

	rcu_read_lock();
	nsproxy = rcu_dereference_check(task->nsproxy, rcu_read_lock_held());
	if (!nsproxy)
		goto out;
	/* Spinning is no sleep: a lock may be taken within a section. */
	err = lab_get_fs_root(task, root);
	if (err)
		goto out;
	found = nsproxy->mnt_ns;
	lab_get_mnt_ns(found);
	*mnt_ns = found;
out:
	rcu_read_unlock();
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

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	old = rcu_replace_pointer(self->nsproxy, new, true);
	if (old)
		drop_behind_readers(old);
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
