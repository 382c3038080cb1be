// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hazard pointers: who looks through an nsproxy says so, the switch looks.
 *
 * Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects",
 * 2004. Nobody proposed them for the nsproxy. Between the schemes of 2007 and
 * of 2014: readers take no lock, yet the switch waits only for those who
 * look through the very nsproxy that it wants to free.
 *
 *	who			holds			so that
 *	remote reader		a hazard pointer	whoever drops the last
 *							reference waits for it
 *	owner, reading		nothing			only it could switch
 *	owner, switching	nothing			waits until no hazard
 *							pointer is the old one
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/processor.h>

#include "nsproxy.h"

/*
 * The hazard pointers: each NULL, or what some reader looks through. A reader
 * is not preempted while it has one, so that as many as there are CPUs are
 * enough; with fewer, readers would wait for one another.
 */
static struct lab_hazard {
	struct lab_nsproxy *nsproxy;
} ____cacheline_aligned lab_hazards[16];

/* Where to look for a free one first: threads differ by their stacks. */
static unsigned int lab_hazard_hash(unsigned long stack)
{
	return (stack * 0x9e3779b97f4a7c15UL) >> 60;
}

/* Publish @nsproxy in a free hazard pointer. */
static struct lab_hazard *lab_publish_hazard(struct lab_nsproxy *nsproxy)
{
	unsigned int i = lab_hazard_hash((unsigned long)&i);

	while (cmpxchg(&lab_hazards[i].nsproxy, NULL, nsproxy))
		i = (i + 1) % ARRAY_SIZE(lab_hazards);
	return &lab_hazards[i];
}

/* Find @task's nsproxy and keep it: until the end, nobody frees it. */
static struct lab_nsproxy *lab_hazard_begin(struct lab_task *task,
					    struct lab_hazard **hazard)
{
	struct lab_nsproxy *nsproxy;

	preempt_disable();
	while ((nsproxy = READ_ONCE(task->nsproxy))) {
		lab_point(hazard_found);
		*hazard = lab_publish_hazard(nsproxy);
		lab_point(hazard_published);
		/*
		 * Is it still the task's? The cmpxchg() is a full barrier and
		 * pairs with the switch's xchg(): either we see its new
		 * pointer here, or it sees our hazard pointer there.
		 */
		if (smp_load_acquire(&task->nsproxy) == nsproxy)
			return nsproxy;
		/* Release: for the reader that had this one before us. */
		smp_store_release(&(*hazard)->nsproxy, NULL);
	}
	preempt_enable();
	return NULL;
}

/* Not to be called when lab_hazard_begin() returned NULL. */
static void lab_hazard_end(struct lab_hazard *hazard)
{
	/* Release: pairs with smp_load_acquire() in lab_hazard_wait(). */
	smp_store_release(&hazard->nsproxy, NULL);
	preempt_enable();
}

/* Return when nobody looks through @old, which no task points to any more. */
static void lab_hazard_wait(struct lab_nsproxy *old)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lab_hazards); i++)
		/* Acquire: what readers did with @old is over. */
		while (smp_load_acquire(&lab_hazards[i].nsproxy) == old)
			cpu_relax();
}

/**
 * lab_utsns_get() - remote reader: take a reference on a task's UTS namespace
 * @task: any task; the caller holds a reference on it
 *
 * Context: Any, also where alloc_lock can't be taken (claim R2), but not from
 * an interrupt: all hazard pointers could be taken by those it interrupted.
 * Return: the namespace, with a reference that is the caller's, or NULL when
 * @task is a zombie.
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;
	struct lab_hazard *hazard;

	lab_point(read_begin);
	nsproxy = lab_hazard_begin(task, &hazard);
	lab_point(read_pointer);
	if (nsproxy) {
		/*
		 * What keeps *nsproxy alive: the owner may have replaced the
		 * pointer by now, but who drops the last reference waits for
		 * our hazard pointer. The nsproxy in turn holds a reference
		 * on the namespace, so that ours is never the first.
		 */
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
		lab_point(read_end);
		lab_hazard_end(hazard);
	}

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
	struct lab_hazard *hazard;
	unsigned int inum = 0;

	nsproxy = lab_hazard_begin(task, &hazard);
	lab_point(peek_pointer);
	if (nsproxy) {
		inum = nsproxy->uts_ns->ns.inum;
		lab_hazard_end(hazard);
	}

	return inum;
}

/**
 * lab_mounts_open() - remote reader that needs the task's root as well
 * @task: any task; the caller holds a reference on it
 * @mnt_ns: where to put the mount namespace, with a reference
 * @root: where to put the root
 *
 * Mirrors mounts_open_common(), which opens /proc/PID/mounts. The root is
 * guarded by alloc_lock, which a hazard pointer does not replace.
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
	struct lab_hazard *hazard;
	struct lab_mnt_namespace *found;
	int err;

	nsproxy = lab_hazard_begin(task, &hazard);
	lab_point(mounts_pointer);
	if (!nsproxy)
		return -EINVAL;
	found = nsproxy->mnt_ns;
	if (found)
		lab_get_mnt_ns(found);
	lab_point(mounts_referenced);
	lab_hazard_end(hazard);
	if (!found)
		return -EINVAL;

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

	/* Whoever makes the child visible also publishes this. */
	child->nsproxy = nsproxy;
	lab_point(fork_copied);
	lab_get_nsproxy(nsproxy);
}

/**
 * lab_switch_task_namespaces() - the owner switches to another nsproxy
 * @self: the caller's own task
 * @new: to switch to, with a reference that becomes @self's; NULL at exit
 *
 * Only the put that turns out to be the last looks for readers, and it waits
 * for those of the old nsproxy alone.
 *
 * Context: The task @self itself. May sleep. Waits for readers when the old
 * nsproxy loses its last reference: not between lab_hazard_begin() and
 * lab_hazard_end().
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	lab_point(switch_begin);
	/* A full barrier: pairs with the cmpxchg() in lab_publish_hazard(). */
	old = xchg(&self->nsproxy, new);
	lab_point(switch_replaced);

	if (old && atomic_dec_and_test(&old->count)) {
		lab_hazard_wait(old);
		lab_point(switch_waited);
		lab_free_nsproxy(old);
	}
}

/**
 * lab_exit_task_namespaces() - exit: the owner becomes a zombie
 * @self: the caller's own task
 *
 * Mirrors exit_task_namespaces().
 *
 * Context: The task @self itself. May sleep. Waits for readers when the
 * nsproxy loses its last reference.
 */
static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME hazard_pointer
#include "loops.h"
