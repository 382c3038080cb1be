/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One side of the race, played by the scenario itself and with care. What
 * fails then is the other side: the one function of the scheme that is called.
 *
 * So a scheme can be judged function by function, in whatever order they are
 * written. The readers' scenarios have the owner from here, those of the switch
 * and of fork have the remote reader.
 */
#ifndef LAB_NSPROXY_CAREFUL_H
#define LAB_NSPROXY_CAREFUL_H

#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>

#include "ptrlock.h"
#include "scenario.h"

/* What keeps a remote reader and the owner apart, scheme by scheme. */
#define CAREFUL_BY_rcu			1
#define CAREFUL_BY_task_lock		2
#define CAREFUL_BY_dedicated_lock	3
#define CAREFUL_BY_pointer_lock		4
#define CAREFUL_BY_rcu_work		5
#define CAREFUL_BY_(name)		CAREFUL_BY_ ## name
#define CAREFUL_BY(name)		CAREFUL_BY_(name)

/*
 * @t: whose pointer. The rules say what one call may use, alone: how many locks
 * a reader may take, and how often a switch may wait while others still hold
 * the old nsproxy.
 */
#if CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_rcu || \
    CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_rcu_work
#define careful_keep_out(t)		do { } while (0)
/* Release: pairs with the readers' rcu_dereference(). */
#define careful_let_in(t, new)		smp_store_release(careful_word(t), new)
#define careful_wait()			synchronize_rcu()
#define careful_enter(t)		rcu_read_lock()
#define careful_leave(t)		rcu_read_unlock()
#define CAREFUL_READER_LOCKS		0
#define CAREFUL_READER_RULE		"takes no lock and waits for nothing"
#define CAREFUL_MOUNTS_RULE \
	"takes no lock but the root's, once, and waits for nothing"
#if CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_rcu
#define CAREFUL_SWITCH_WAITS		1
#define CAREFUL_SWITCH_WAIT_RULE	"waits for one grace period at most"
#define CAREFUL_SWITCH_RULE \
	CAREFUL_SWITCH_WAIT_RULE ", and takes one lock at most"
#endif
#elif CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_task_lock
#define careful_keep_out(t)		lab_task_lock(t)
#define careful_let_in(t, new) \
	do { WRITE_ONCE(*careful_word(t), new); lab_task_unlock(t); } while (0)
#define careful_wait()			do { } while (0)
#define careful_enter(t)		lab_task_lock(t)
#define careful_leave(t)		lab_task_unlock(t)
#elif CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_dedicated_lock
#define careful_keep_out(t)		spin_lock(&(t)->nsproxy_lock)
#define careful_let_in(t, new) \
	do { WRITE_ONCE(*careful_word(t), new); \
	     spin_unlock(&(t)->nsproxy_lock); } while (0)
#define careful_wait()			do { } while (0)
#define careful_enter(t)		spin_lock(&(t)->nsproxy_lock)
#define careful_leave(t)		spin_unlock(&(t)->nsproxy_lock)
#elif CAREFUL_BY(LAB_SCHEME_NAME) == CAREFUL_BY_pointer_lock
#define careful_keep_out(t)		lab_ptrlock_lock((void *)careful_word(t))
#define careful_let_in(t, new) \
	lab_ptrlock_set_unlock((void *)careful_word(t), (void *)(new))
#define careful_wait()			do { } while (0)
#define careful_enter(t)		lab_ptrlock_lock((void *)careful_word(t))
#define careful_leave(t)		lab_ptrlock_unlock((void *)careful_word(t))
#else
#error "this scenario is not for this scheme: it is not said what guards the pointer"
#endif

#ifndef CAREFUL_READER_RULE
#define CAREFUL_READER_LOCKS		1
#define CAREFUL_READER_RULE		"takes one lock at most and waits for nothing"
#define CAREFUL_MOUNTS_RULE		"takes two locks at most and waits for nothing"
#endif
#ifndef CAREFUL_SWITCH_RULE
#define CAREFUL_SWITCH_WAITS		0
#define CAREFUL_SWITCH_WAIT_RULE	"waits for no grace period"
#define CAREFUL_SWITCH_RULE		"takes one lock at most and waits for nothing"
#endif
#define CAREFUL_MOUNTS_LOCKS		(CAREFUL_READER_LOCKS + 1)

/* The guarded word, and where it leads: the lowest bit may be a lock. */
static inline unsigned long *careful_word(struct lab_task *t)
{
	return (unsigned long *)&t->nsproxy;
}

static inline struct lab_nsproxy *careful_pointer(struct lab_task *t)
{
	return (struct lab_nsproxy *)(READ_ONCE(*careful_word(t)) & ~1UL);
}

/* In setup: a task with an nsproxy, and no help from the scheme. */
static inline struct lab_task *careful_task(struct lab_nsproxy *nsproxy)
{
	struct lab_task *t = lab_create_task();

	*careful_word(t) = (unsigned long)nsproxy;
	return t;
}

static inline void careful_start(void)
{
	task = careful_task(lab_create_nsproxy());
	spare[0] = lab_create_nsproxy();
}

/* The owner: unshare(), setns(), and exit with NULL. */
static inline void careful_switch(struct lab_task *t, struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	careful_keep_out(t);
	old = careful_pointer(t);
	careful_let_in(t, (unsigned long)new);
	if (old && atomic_dec_and_test(&old->count)) {
		careful_wait();
		lab_free_nsproxy(old);
	}
}

/* A task that has no nsproxy, as a zombie has none. */
static inline struct lab_task *careful_zombie(void)
{
	return lab_create_task();
}

static inline void careful_bury(struct lab_task *t)
{
	careful_switch(t, NULL);
	lab_exit_fs(t);
	lab_put_task(t);
}

static inline void careful_end(void)
{
	careful_bury(task);
}

/* A remote reader: whether there was something to look through. */
static inline bool careful_look(struct lab_task *t)
{
	struct lab_nsproxy *nsproxy;

	careful_enter(t);
	nsproxy = careful_pointer(t);
	if (nsproxy)
		lab_expect(nsproxy->uts_ns->ns.inum && nsproxy->mnt_ns->ns.inum,
			   "a remote reader sees live namespaces");
	careful_leave(t);
	return nsproxy;
}

static inline void careful_read(void)
{
	(void)careful_look(task);
}

/*
 * Another task with the same nsproxy. It leaves by exit, and says so before:
 * from then on a reader may find that it has none.
 */
static struct lab_task *sibling;
static bool sibling_leaves;

static inline void careful_share(void)
{
	lab_get_nsproxy(careful_pointer(task));
	sibling = careful_task(careful_pointer(task));
}

static inline void careful_sibling_leaves(void)
{
	WRITE_ONCE(sibling_leaves, true);
	careful_switch(sibling, NULL);
}

/* After a call, alone: nothing is held that was not held before. */
static inline bool careful_holds_nothing(struct lab_task *t)
{
	return !lockdep_is_held(&t->alloc_lock) &&
	       !lockdep_is_held(&t->nsproxy_lock) &&
	       !(*careful_word(t) & 1) &&
	       !rcu_read_lock_held() && !irqs_disabled() && !preempt_count();
}

/* What the running process has used so far: asked before a call and after. */
struct careful_used {
	unsigned int locks, waits;
};

static inline struct careful_used careful_used(void)
{
	return (struct careful_used){ lab_used(LAB_USED_LOCKS),
				      lab_used(LAB_USED_WAITS) };
}

static inline bool careful_used_most(struct careful_used before,
				     unsigned int locks, unsigned int waits)
{
	return lab_used(LAB_USED_LOCKS) - before.locks <= locks &&
	       lab_used(LAB_USED_WAITS) - before.waits <= waits;
}

/* In a race as well, where the rule is that there is no lock: others may try. */
static inline bool careful_lockless(struct careful_used before)
{
	return CAREFUL_READER_LOCKS || careful_used_most(before, 0, 0);
}

/* A caller may have interrupts off: nothing between these two may sleep. */
static inline bool careful_interrupts_off(void)
{
	bool off = lab_choose(2);

	if (off)
		local_irq_disable();
	return off;
}

static inline void careful_interrupts_on(bool off)
{
	if (off)
		local_irq_enable();
}

/*
 * Where the rule is that a look takes no reference. @t points to an nsproxy that
 * no more than two tasks have, and so keeps it.
 */
static inline bool careful_unpinned(struct lab_task *t)
{
	struct lab_nsproxy *nsproxy = careful_pointer(t);

	return CAREFUL_READER_LOCKS ||
	       (atomic_read(&nsproxy->count) <= 2 &&
		refcount_read(&nsproxy->uts_ns->ns.count) == 1);
}

#endif
