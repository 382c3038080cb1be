/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One side of the race, played by the scenario itself and with care. What
 * fails then is the other side: the one function of the scheme that is called.
 *
 * So a scheme can be judged function by function, in whatever order they are
 * written. only_get.c, only_peek.c and only_mounts.c have the owner from here,
 * only_switch.c has the remote reader.
 */
#ifndef LAB_NSPROXY_CAREFUL_H
#define LAB_NSPROXY_CAREFUL_H

#include <linux/rcupdate.h>

#include "ptrlock.h"
#include "scenario.h"

/* What keeps a remote reader and the owner apart, scheme by scheme. */
#define CAREFUL_BY_rcu			1
#define CAREFUL_BY_task_lock		2
#define CAREFUL_BY_dedicated_lock	3
#define CAREFUL_BY_pointer_lock		4
#define CAREFUL_BY_(name)		CAREFUL_BY_ ## name
#define CAREFUL_BY(name)		CAREFUL_BY_(name)

#if CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_rcu
#define careful_keep_out()		do { } while (0)
/* Release: pairs with the readers' rcu_dereference(). */
#define careful_let_in(new)		smp_store_release(word(), new)
#define careful_wait()			synchronize_rcu()
#define careful_enter()			rcu_read_lock()
#define careful_leave()			rcu_read_unlock()
#elif CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_task_lock
#define careful_keep_out()		lab_task_lock(task)
#define careful_let_in(new) \
	do { WRITE_ONCE(*word(), new); lab_task_unlock(task); } while (0)
#define careful_wait()			do { } while (0)
#define careful_enter()			lab_task_lock(task)
#define careful_leave()			lab_task_unlock(task)
#elif CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_dedicated_lock
#define careful_keep_out()		spin_lock(&task->nsproxy_lock)
#define careful_let_in(new) \
	do { WRITE_ONCE(*word(), new); spin_unlock(&task->nsproxy_lock); } while (0)
#define careful_wait()			do { } while (0)
#define careful_enter()			spin_lock(&task->nsproxy_lock)
#define careful_leave()			spin_unlock(&task->nsproxy_lock)
#elif CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_pointer_lock
#define careful_keep_out()		lab_ptrlock_lock((void *)word())
#define careful_let_in(new) \
	lab_ptrlock_set_unlock((void *)word(), (void *)(new))
#define careful_wait()			do { } while (0)
#define careful_enter()			lab_ptrlock_lock((void *)word())
#define careful_leave()			lab_ptrlock_unlock((void *)word())
#else
#error "this scenario is not for this scheme: it is not said what guards the pointer"
#endif

/* The guarded word, and where it leads: the lowest bit may be a lock. */
static inline unsigned long *word(void)
{
	return (unsigned long *)&task->nsproxy;
}

static inline struct lab_nsproxy *careful_pointer(void)
{
	return (struct lab_nsproxy *)(READ_ONCE(*word()) & ~1UL);
}

/* In setup: a task with an nsproxy, and no help from the scheme. */
static inline void careful_start(void)
{
	task = lab_create_task();
	*word() = (unsigned long)lab_create_nsproxy();
	spare[0] = lab_create_nsproxy();
}

/* The owner: unshare(), setns(), and exit with NULL. */
static inline void careful_switch(struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	careful_keep_out();
	old = careful_pointer();
	careful_let_in((unsigned long)new);
	if (old && atomic_dec_and_test(&old->count)) {
		careful_wait();
		lab_free_nsproxy(old);
	}
}

static inline void careful_end(void)
{
	careful_switch(NULL);
	lab_exit_fs(task);
	lab_put_task(task);
}

/* A remote reader. */
static inline void careful_read(void)
{
	struct lab_nsproxy *nsproxy;

	careful_enter();
	nsproxy = careful_pointer();
	if (nsproxy)
		lab_expect(nsproxy->uts_ns->ns.inum && nsproxy->mnt_ns->ns.inum,
			   "a remote reader sees live namespaces");
	careful_leave();
}

/* After a call, alone: nothing is held that was not held before. */
static inline bool careful_holds_nothing(struct lab_task *t)
{
	return !lockdep_is_held(&t->alloc_lock) &&
	       !lockdep_is_held(&t->nsproxy_lock) &&
	       !(*(unsigned long *)&t->nsproxy & 1) &&
	       !rcu_read_lock_held();
}

/* A task that has no nsproxy, as a zombie has none. */
static inline struct lab_task *careful_zombie(void)
{
	return lab_create_task();
}

static inline void careful_bury(struct lab_task *zombie)
{
	lab_exit_fs(zombie);
	lab_put_task(zombie);
}

#endif
