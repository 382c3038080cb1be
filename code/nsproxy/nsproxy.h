/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nsproxy family: a task, the nsproxy that it points to, and the
 * namespaces that the nsproxy points to.
 *
 *	lab_task ----> lab_nsproxy ----> lab_uts_namespace
 *	        ^^^^               ----> lab_mnt_namespace
 *	        this arrow is what the schemes guard
 *
 * Three rules hold in every scheme, as they do in the kernel:
 *
 * 1. Only the task itself changes its own nsproxy pointer.
 * 2. What an nsproxy points to never changes once a task points to it; a task
 *    that wants other namespaces switches to another nsproxy.
 * 3. The pointer is NULL from a task's exit on: what is left is a zombie, or
 *    will be one soon.
 */
#ifndef LAB_NSPROXY_H
#define LAB_NSPROXY_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "lab.h"

/**
 * struct lab_ns_common - what every kind of namespace begins with
 * @count: references: one from each nsproxy that points here, one from each
 *	remote reader that took one, one from whoever made it
 * @inum: the number by which people know it (``readlink /proc/PID/ns/uts``)
 * @magic: %LAB_ALIVE until the free path
 *
 * Mirrors struct ns_common.
 */
struct lab_ns_common {
	refcount_t count;
	unsigned int inum;
	unsigned int magic;
};

/**
 * struct lab_uts_namespace - the plain kind: its last put just frees it
 * @ns: the common part
 */
struct lab_uts_namespace {
	struct lab_ns_common ns;
};

/**
 * struct lab_mnt_namespace - the kind whose last put will want to sleep
 * @ns: the common part
 * @list: on the list of all of them, under a mutex
 *
 * That mutex is why an nsproxy can't be freed from a call_rcu() callback
 * (claim R7): the last put of an nsproxy may be the last put of this.
 */
struct lab_mnt_namespace {
	struct lab_ns_common ns;
	struct list_head list;
};

/**
 * struct lab_nsproxy - the namespaces of a task, or of several tasks
 * @count: one for each task that points here, plus whoever holds it
 *	meanwhile (2016's atomic_t; the kernel's is a refcount_t since 6.6)
 * @uts_ns: holds a reference
 * @mnt_ns: holds a reference
 * @magic: %LAB_ALIVE until the free path
 * @rwork: frees this nsproxy after a grace period, in rcu_work.c only
 *
 * Remote readers take no reference on it: keeping it alive while they look
 * through it is the job of the scheme.
 */
struct lab_nsproxy {
	atomic_t count;
	struct lab_uts_namespace *uts_ns;
	struct lab_mnt_namespace *mnt_ns;
	unsigned int magic;
	struct rcu_work rwork; /* in one scheme */
};

/**
 * struct lab_fs - the part of a task's fs_struct that /proc/PID/mounts needs
 * @root: stands for the root directory
 */
struct lab_fs {
	unsigned int root;
};

/*
 * The guarded pointer, as the scheme at hand declares it: rcu.c says __rcu,
 * so that sparse checks every access; pointer_lock.c says struct lab_ptrlock,
 * so that nobody can forget to mask. Always one word.
 */
#ifndef LAB_NSPROXY_PTR
#define LAB_NSPROXY_PTR struct lab_nsproxy *
#endif

/**
 * struct lab_task - as much of a task_struct as the schemes touch
 * @nsproxy: the guarded pointer; NULL once the task is almost dead
 * @nsproxy_lock: guards @nsproxy, in dedicated_lock.c only
 * @alloc_lock: what task_lock() takes. In the kernel it guards a dozen
 *	unrelated fields besides
 * @fs: guarded by @alloc_lock; NULL once exit has dropped it, which it does
 *	*before* it drops the namespaces
 * @comm: guarded by @alloc_lock: the unrelated user that claim T4 is about
 * @usage: references on the task itself
 *
 * The pointer and the alloc_lock are on cache lines of their own, as they
 * are in a task_struct of several kilobytes.
 */
struct lab_task {
	LAB_NSPROXY_PTR nsproxy;
	spinlock_t nsproxy_lock; /* @nsproxy, in one scheme */
	/* @fs, @comm, and @nsproxy in some schemes */
	spinlock_t alloc_lock ____cacheline_aligned;
	struct lab_fs *fs;
	char comm[16];
	refcount_t usage ____cacheline_aligned;
};

/**
 * lab_task_lock() - take @task's alloc_lock
 * @task: whose
 *
 * Mirrors task_lock(). Like it, it nests neither inside nor outside a
 * write-locked tasklist_lock (claim R2).
 *
 * Context: Process context. Spins; the holder must not sleep.
 */
static inline void lab_task_lock(struct lab_task *task)
	__acquires(&task->alloc_lock)
{
	spin_lock(&task->alloc_lock);
}

/**
 * lab_task_unlock() - release @task's alloc_lock
 * @task: whose
 *
 * Context: Holds @task's alloc_lock, which it releases.
 */
static inline void lab_task_unlock(struct lab_task *task)
	__releases(&task->alloc_lock)
{
	spin_unlock(&task->alloc_lock);
}

/* namespaces.c: what all schemes share */
struct lab_uts_namespace *lab_create_uts_ns(void);
struct lab_mnt_namespace *lab_create_mnt_ns(void);
struct lab_nsproxy *lab_create_nsproxy(void);
struct lab_nsproxy *lab_share_nsproxy(const struct lab_nsproxy *orig);
void lab_free_nsproxy(struct lab_nsproxy *nsproxy);
void lab_free_uts_ns(struct lab_uts_namespace *uts_ns);
void lab_free_mnt_ns(struct lab_mnt_namespace *mnt_ns);
struct lab_task *lab_create_task(void);
void lab_put_task(struct lab_task *task);
void lab_set_comm(struct lab_task *task, const char *comm);
int lab_get_fs_root(struct lab_task *task, unsigned int *root);
void lab_exit_fs(struct lab_task *task);

/**
 * lab_get_uts_ns() - one more reference on a UTS namespace
 * @uts_ns: the caller, or the nsproxy it looked through, holds one already
 *
 * Context: Any.
 */
static inline void lab_get_uts_ns(struct lab_uts_namespace *uts_ns)
{
	refcount_inc(&uts_ns->ns.count);
}

/**
 * lab_put_uts_ns() - drop a reference on a UTS namespace
 * @uts_ns: not to be touched by the caller any more
 *
 * Context: Process context; the last put may sleep.
 */
static inline void lab_put_uts_ns(struct lab_uts_namespace *uts_ns)
{
	if (refcount_dec_and_test(&uts_ns->ns.count))
		lab_free_uts_ns(uts_ns);
}

/**
 * lab_get_mnt_ns() - one more reference on a mount namespace
 * @mnt_ns: the caller, or the nsproxy it looked through, holds one already
 *
 * Context: Any.
 */
static inline void lab_get_mnt_ns(struct lab_mnt_namespace *mnt_ns)
{
	refcount_inc(&mnt_ns->ns.count);
}

/**
 * lab_put_mnt_ns() - drop a reference on a mount namespace
 * @mnt_ns: not to be touched by the caller any more
 *
 * Context: Process context; the last put takes a mutex.
 */
static inline void lab_put_mnt_ns(struct lab_mnt_namespace *mnt_ns)
{
	if (refcount_dec_and_test(&mnt_ns->ns.count))
		lab_free_mnt_ns(mnt_ns);
}

/**
 * lab_get_nsproxy() - one more reference on an nsproxy
 * @nsproxy: the caller's own, so that it can't go away meanwhile
 *
 * Context: Any.
 */
static inline void lab_get_nsproxy(struct lab_nsproxy *nsproxy)
{
	atomic_inc(&nsproxy->count);
}

/**
 * lab_put_nsproxy() - drop a reference on an nsproxy
 * @nsproxy: not to be touched by the caller any more
 *
 * Frees at once. That is right only where no remote reader can still be
 * looking through @nsproxy; rcu.c must wait first, and rcu_work.c leaves that
 * to a work, so that neither uses this.
 *
 * Context: Process context; the last put may sleep.
 */
static inline void lab_put_nsproxy(struct lab_nsproxy *nsproxy)
{
	if (atomic_dec_and_test(&nsproxy->count))
		lab_free_nsproxy(nsproxy);
}

#endif /* LAB_NSPROXY_H */
