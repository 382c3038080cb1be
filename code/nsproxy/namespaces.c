// SPDX-License-Identifier: GPL-2.0-only
/*
 * Namespaces, nsproxies and tasks: what all schemes share.
 *
 * Nothing here knows how the nsproxy pointer of a task is guarded. The
 * objects carry a magic and look at it, so that a scheme which lets somebody
 * reach a dead one is told so.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "nsproxy.h"

/* All mount namespaces. Stands for namespace_sem and what it guards. */
static DEFINE_MUTEX(lab_namespace_mutex);
static LIST_HEAD(lab_mnt_namespaces);

/* Like proc_alloc_inum(), but never given back: a number names one life. */
static atomic_t lab_last_inum = ATOMIC_INIT(0);

static void lab_init_ns_common(struct lab_ns_common *ns)
{
	refcount_set(&ns->count, 1);
	ns->inum = atomic_inc_return(&lab_last_inum);
	ns->magic = LAB_ALIVE;
}

/* The last reference is gone: nobody else may see @magic from here on. */
static bool lab_bury_ns_common(struct lab_ns_common *ns)
{
	bool alive = ns->magic == LAB_ALIVE;

	if (!alive)
		lab_violated(LAB_FREED_TWICE, ns);
	ns->magic = LAB_DEAD;
	return alive;
}

/**
 * lab_create_uts_ns() - make a UTS namespace
 *
 * Context: Process context, may sleep.
 * Return: the namespace, with one reference that is the caller's, or NULL
 * when there is no memory.
 */
struct lab_uts_namespace *lab_create_uts_ns(void)
{
	struct lab_uts_namespace *uts_ns = lab_alloc(sizeof(*uts_ns));

	if (uts_ns)
		lab_init_ns_common(&uts_ns->ns);
	return uts_ns;
}

/**
 * lab_free_uts_ns() - the end of a UTS namespace
 * @uts_ns: nobody holds a reference
 *
 * Mirrors free_uts_ns().
 *
 * Context: Process context, may sleep.
 */
void lab_free_uts_ns(struct lab_uts_namespace *uts_ns)
{
	if (lab_bury_ns_common(&uts_ns->ns))
		lab_free(uts_ns);
}

/**
 * lab_create_mnt_ns() - make a mount namespace
 *
 * Context: Process context, may sleep.
 * Return: the namespace, with one reference that is the caller's, or NULL
 * when there is no memory.
 */
struct lab_mnt_namespace *lab_create_mnt_ns(void)
{
	struct lab_mnt_namespace *mnt_ns = lab_alloc(sizeof(*mnt_ns));

	if (!mnt_ns)
		return NULL;
	lab_init_ns_common(&mnt_ns->ns);
	mutex_lock(&lab_namespace_mutex);
	list_add(&mnt_ns->list, &lab_mnt_namespaces);
	mutex_unlock(&lab_namespace_mutex);
	return mnt_ns;
}

/**
 * lab_free_mnt_ns() - the end of a mount namespace
 * @mnt_ns: nobody holds a reference
 *
 * The kernel's put_mnt_ns() takes the namespace's mounts apart under
 * namespace_sem. The list stands for them, the mutex for the semaphore:
 * what matters here is that it sleeps.
 *
 * Context: Process context, may sleep.
 */
void lab_free_mnt_ns(struct lab_mnt_namespace *mnt_ns)
{
	if (!lab_bury_ns_common(&mnt_ns->ns))
		return;
	mutex_lock(&lab_namespace_mutex);
	list_del(&mnt_ns->list);
	mutex_unlock(&lab_namespace_mutex);
	lab_free(mnt_ns);
}

/**
 * lab_create_nsproxy() - make an nsproxy with new namespaces
 *
 * What unshare(CLONE_NEWUTS | CLONE_NEWNS) prepares before it switches.
 *
 * Context: Process context, may sleep.
 * Return: the nsproxy, with one reference that is the caller's, or NULL when
 * there is no memory.
 */
struct lab_nsproxy *lab_create_nsproxy(void)
{
	struct lab_nsproxy *nsproxy = lab_alloc(sizeof(*nsproxy));

	if (!nsproxy)
		return NULL;
	atomic_set(&nsproxy->count, 1);
	nsproxy->magic = LAB_ALIVE;
	nsproxy->uts_ns = lab_create_uts_ns();
	nsproxy->mnt_ns = lab_create_mnt_ns();
	if (!nsproxy->uts_ns || !nsproxy->mnt_ns) {
		lab_free_nsproxy(nsproxy);
		return NULL;
	}
	return nsproxy;
}

/**
 * lab_share_nsproxy() - make an nsproxy for namespaces that exist
 * @orig: whose namespaces; alive throughout
 *
 * What setns() prepares before it switches.
 *
 * Context: Process context, may sleep.
 * Return: the nsproxy, with one reference that is the caller's, or NULL when
 * there is no memory.
 */
struct lab_nsproxy *lab_share_nsproxy(const struct lab_nsproxy *orig)
{
	struct lab_nsproxy *nsproxy = lab_alloc(sizeof(*nsproxy));

	if (!nsproxy)
		return NULL;
	atomic_set(&nsproxy->count, 1);
	nsproxy->magic = LAB_ALIVE;
	nsproxy->uts_ns = orig->uts_ns;
	nsproxy->mnt_ns = orig->mnt_ns;
	lab_get_uts_ns(nsproxy->uts_ns);
	lab_get_mnt_ns(nsproxy->mnt_ns);
	return nsproxy;
}

/**
 * lab_free_nsproxy() - the end of an nsproxy
 * @nsproxy: no task points to it, nobody looks through it any more
 *
 * Puts the namespaces, which may be their last put. Mirrors free_nsproxy().
 *
 * Context: Process context, may sleep.
 */
void lab_free_nsproxy(struct lab_nsproxy *nsproxy)
{
	might_sleep();

	if (nsproxy->magic != LAB_ALIVE) {
		lab_violated(LAB_FREED_TWICE, nsproxy);
		return;
	}
	nsproxy->magic = LAB_DEAD;
	if (nsproxy->mnt_ns)
		lab_put_mnt_ns(nsproxy->mnt_ns);
	if (nsproxy->uts_ns)
		lab_put_uts_ns(nsproxy->uts_ns);
	lab_free(nsproxy);
}

/**
 * lab_create_task() - make a task without namespaces
 *
 * It gets its first nsproxy from a scheme: by lab_copy_namespaces(), as a
 * child does, or by lab_switch_task_namespaces(), as the first task does.
 *
 * Context: Process context, may sleep.
 * Return: the task, with one reference that is the caller's, or NULL when
 * there is no memory.
 */
struct lab_task *lab_create_task(void)
{
	struct lab_task *task = lab_alloc(sizeof(*task));

	if (!task)
		return NULL;
	spin_lock_init(&task->nsproxy_lock);
	spin_lock_init(&task->alloc_lock);
	refcount_set(&task->usage, 1);
	task->fs = lab_alloc(sizeof(*task->fs));
	if (!task->fs) {
		lab_free(task);
		return NULL;
	}
	task->fs->root = 1;
	return task;
}

/**
 * lab_put_task() - drop a reference on a task
 * @task: has left its namespaces and its fs, if this is the last reference
 *
 * Mirrors put_task_struct().
 *
 * Context: Process context, may sleep.
 */
void lab_put_task(struct lab_task *task)
{
	if (refcount_dec_and_test(&task->usage))
		lab_free(task);
}

/**
 * lab_set_comm() - name a task: one of alloc_lock's unrelated users
 * @task: whose name
 * @comm: cut at 15 characters
 *
 * Mirrors set_task_comm().
 *
 * Context: Process context. Takes @task's alloc_lock.
 */
void lab_set_comm(struct lab_task *task, const char *comm)
{
	lab_task_lock(task);
	strscpy(task->comm, comm, sizeof(task->comm));
	lab_task_unlock(task);
}

/**
 * lab_get_fs_root() - where a task's root is
 * @task: any task
 * @root: where to put it
 *
 * Context: Process context. Takes @task's alloc_lock.
 * Return: 0, or -ENOENT when @task is exiting and has dropped its fs.
 */
int lab_get_fs_root(struct lab_task *task, unsigned int *root)
{
	int err = -ENOENT;

	lab_task_lock(task);
	if (task->fs) {
		*root = task->fs->root;
		err = 0;
	}
	lab_task_unlock(task);
	return err;
}

/**
 * lab_exit_fs() - an exiting task drops its fs
 * @task: the caller's own task
 *
 * do_exit() calls exit_fs() before exit_task_namespaces(): for a while a
 * task has namespaces and no root, which is what the second error path of
 * lab_mounts_open() is for (claim P9).
 *
 * Context: Process context, may sleep. Takes @task's alloc_lock.
 */
void lab_exit_fs(struct lab_task *task)
{
	struct lab_fs *fs;

	lab_task_lock(task);
	fs = task->fs;
	task->fs = NULL;
	lab_task_unlock(task);
	lab_free(fs);
}
