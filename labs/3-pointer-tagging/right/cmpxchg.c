// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another right one, with a primitive of its own: bit 0 is taken by cmpxchg(),
 * from the pointer without it to the pointer with it.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/processor.h>

struct my_lock {
	unsigned long word;
};

#define LAB_NSPROXY_PTR struct my_lock
#include "nsproxy.h"

#define LOCKED 1UL

static struct lab_nsproxy *look(const struct my_lock *l)
{
	return (struct lab_nsproxy *)(READ_ONCE(l->word) & ~LOCKED);
}

/* Acquire: pairs with the release in store(). */
static struct lab_nsproxy *hold(struct my_lock *l)
{
	unsigned long free;

	preempt_disable();
	for (;;) {
		free = READ_ONCE(l->word) & ~LOCKED;
		if (cmpxchg(&l->word, free, free | LOCKED) == free)
			return (struct lab_nsproxy *)free;
		cpu_relax();
	}
}

/* Release: pairs with the acquire in hold(). */
static void store(struct my_lock *l, const struct lab_nsproxy *nsproxy)
{
	smp_store_release(&l->word, (unsigned long)nsproxy);
	preempt_enable();
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy = hold(&task->nsproxy);
	struct lab_uts_namespace *uts_ns = nsproxy ? nsproxy->uts_ns : NULL;

	if (uts_ns)
		lab_get_uts_ns(uts_ns);
	store(&task->nsproxy, nsproxy);
	return uts_ns;
}

static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy = hold(&task->nsproxy);
	unsigned int inum = nsproxy ? nsproxy->uts_ns->ns.inum : 0;

	store(&task->nsproxy, nsproxy);
	return inum;
}

static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy = hold(&task->nsproxy);
	struct lab_mnt_namespace *found = NULL;
	int err = -EINVAL;

	if (nsproxy) {
		found = nsproxy->mnt_ns;
		lab_get_mnt_ns(found);
	}
	store(&task->nsproxy, nsproxy);

	if (found)
		err = lab_get_fs_root(task, root);
	if (!err)
		*mnt_ns = found;
	else if (found)
		lab_put_mnt_ns(found);
	return err;
}

static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	return look(&self->nsproxy)->uts_ns->ns.inum;
}

static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	struct lab_nsproxy *nsproxy = look(&self->nsproxy);

	lab_get_nsproxy(nsproxy);
	child->nsproxy.word = (unsigned long)nsproxy;
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	old = hold(&self->nsproxy);
	store(&self->nsproxy, new);
	if (old)
		lab_put_nsproxy(old);
}

static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME pointer_lock
#include "loops.h"
