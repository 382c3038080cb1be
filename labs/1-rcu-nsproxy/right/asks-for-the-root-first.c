// SPDX-License-Identifier: GPL-2.0-only
/*
 * A right submission: lab_mounts_open() asks for the root first. When there is none
 * it looks all the same, as a zombie is told -EINVAL and not -ENOENT. So nothing has
 * to be put on any way out.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

/* Sparse objects to a plain access to the pointer. */
#define LAB_NSPROXY_PTR struct lab_nsproxy __rcu *
#include "nsproxy.h"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *ns = NULL;
	struct lab_nsproxy *nsproxy;

	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	if (nsproxy) {
		ns = nsproxy->uts_ns;
		lab_get_uts_ns(ns);
	}
	rcu_read_unlock();
	return ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	const struct lab_nsproxy *nsproxy;
	unsigned int inum;

	rcu_read_lock();
	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	inum = nsproxy ? READ_ONCE(nsproxy->uts_ns->ns.inum) : 0;
	rcu_read_unlock();
	rcu_read_unlock();
	return inum;
}

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_mnt_namespace *found = NULL;
	struct lab_nsproxy *nsproxy;
	unsigned int where = 0;
	int err;

	err = lab_get_fs_root(task, &where);
	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	if (!nsproxy)
		err = -EINVAL;
	else if (!err)
		lab_get_mnt_ns(found = nsproxy->mnt_ns);
	rcu_read_unlock();
	if (err)
		return err;
	*root = where;
	*mnt_ns = found;
	return 0;
}

static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	lab_point(own_read);
	return rcu_dereference_protected(self->nsproxy, true)->uts_ns->ns.inum;
}

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

	old = rcu_dereference_protected(self->nsproxy, true);
	rcu_assign_pointer(self->nsproxy, new);
	if (old && atomic_dec_and_test(&old->count)) {
		synchronize_rcu();
		lab_free_nsproxy(old);
	}
}

static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME rcu
#include "loops.h"
