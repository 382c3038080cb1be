// SPDX-License-Identifier: GPL-2.0-only
/*
 * RCU and a work: remote readers take no lock, the switch does not wait.
 *
 * No commit has this: it is the kit's own. The patch of 2007 says why a
 * call_rcu() callback can't free an nsproxy (claim R7), and waits instead;
 * 2014 went back to the lock because of that wait. A work item behind a grace
 * period may sleep, so that neither is needed (claim R11). queue_rcu_work(),
 * which does it in one call, is of 2018 (05f0fe6b74db); before that it took a
 * callback that queues a work.
 *
 *	who			holds			so that
 *	remote reader		rcu_read_lock()		the nsproxy stays, even
 *							when it is replaced
 *	owner, reading		nothing			only it could switch
 *	owner, switching	nothing			goes on; a work frees
 *							after a grace period
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

/* Sparse objects to a plain access to the pointer. */
#define LAB_NSPROXY_PTR struct lab_nsproxy __rcu *
#include "nsproxy.h"

/*
 * Behind the grace period: no remote reader looks through the nsproxy any
 * more. In a kworker, so that the last put of a mount namespace may sleep.
 */
static void lab_free_nsproxy_work(struct work_struct *work)
{
	struct lab_nsproxy *nsproxy;

	nsproxy = container_of(to_rcu_work(work), struct lab_nsproxy, rwork);
	lab_point(work_begin);
	/* The work is in there and goes with it, as a work may. */
	lab_free_nsproxy(nsproxy);
}

/**
 * lab_utsns_get() - remote reader: take a reference on a task's UTS namespace
 * @task: any task; the caller holds a reference on it
 *
 * The reader of rcu.c: it can't tell who will free, nor when.
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
		 * pointer by now, but the work that frees it runs only after
		 * our rcu_read_unlock(). The nsproxy in turn holds a reference
		 * on the namespace, so that ours is never the first.
		 */
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	lab_point(read_end);
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
	lab_point(peek_pointer);
	if (nsproxy)
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

/**
 * lab_switch_task_namespaces() - the owner switches to another nsproxy
 * @self: the caller's own task
 * @new: to switch to, with a reference that becomes @self's; NULL at exit
 *
 * The old nsproxy outlives the call, with its namespaces: for a grace period,
 * and until a kworker has come to it. Nothing bounds how many do; who switches
 * faster than they are freed fills the memory. Whoever goes away for good with
 * the code or the data that the free needs, as a module does, first waits for
 * the callbacks and then for the works: rcu_barrier(), flush_workqueue().
 *
 * Context: The task @self itself. Does not sleep, takes no lock: interrupts
 * may be off, and spinlocks held.
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	old = rcu_dereference_protected(self->nsproxy, true);
	lab_point(switch_begin);
	/* Release: pairs with the readers' rcu_dereference() (claim R9). */
	rcu_assign_pointer(self->nsproxy, new);
	lab_point(switch_replaced);

	if (old && atomic_dec_and_test(&old->count)) {
		/*
		 * Remote readers may still look through it, without a
		 * reference. The count was 1 and never rises again, so that
		 * nobody else comes here with @old: the work is not pending.
		 */
		INIT_RCU_WORK(&old->rwork, lab_free_nsproxy_work);
		lab_point(switch_queues);
		queue_rcu_work(system_wq, &old->rwork);
	}
}

/**
 * lab_exit_task_namespaces() - exit: the owner becomes a zombie
 * @self: the caller's own task
 *
 * Mirrors exit_task_namespaces().
 *
 * Context: The task @self itself. Does not sleep. The task may be gone before
 * its nsproxy is.
 */
static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME rcu_work
#include "loops.h"
