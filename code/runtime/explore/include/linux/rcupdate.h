/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/rcupdate.h>. */
#ifndef LAB_EXPLORE_RCUPDATE_H
#define LAB_EXPLORE_RCUPDATE_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

#define rcu_read_lock()		lab_x_rcu_read_lock()
#define rcu_read_unlock()	lab_x_rcu_read_unlock()
#define rcu_read_lock_held()	lab_x_rcu_read_lock_held()
#define synchronize_rcu()	lab_x_synchronize_rcu()
/* Sooner, and for the same: no time passes here. */
#define synchronize_rcu_expedited() synchronize_rcu()
#define call_rcu(head, func)	lab_x_call_rcu(head, func)
#define rcu_barrier()		lab_x_rcu_barrier()

/* As PROVE_RCU has it: who dereferences says by what right. */
#define rcu_dereference_check(p, c) ({					\
	if (!((c) || rcu_read_lock_held()))				\
		lab_x_rcu_suspicious("rcu_dereference(" #p ")");	\
	READ_ONCE(p);							\
})
#define rcu_dereference(p)	rcu_dereference_check(p, false)

/*
 * Since 4.20 one grace period waits for all of these; who dereferences still
 * says which of them keeps the object.
 */
#define rcu_read_lock_sched()	preempt_disable()
#define rcu_read_unlock_sched()	preempt_enable()
#define rcu_read_lock_bh()	local_bh_disable()
#define rcu_read_unlock_bh()	local_bh_enable()
#define rcu_read_lock_sched_held()	lab_x_rcu_held_otherwise(false)
#define rcu_read_lock_bh_held()	lab_x_rcu_held_otherwise(true)
#define rcu_dereference_otherwise(name, p, c) ({			\
	if (!(c))							\
		lab_x_rcu_suspicious(name "(" #p ")");			\
	READ_ONCE(p);							\
})
#define rcu_dereference_sched(p) \
	rcu_dereference_otherwise("rcu_dereference_sched", p, \
				  rcu_read_lock_sched_held())
#define rcu_dereference_bh(p) \
	rcu_dereference_otherwise("rcu_dereference_bh", p, \
				  rcu_read_lock_bh_held())
#define rcu_dereference_protected(p, c) ({				\
	if (!(c))							\
		lab_x_rcu_suspicious("rcu_dereference_protected(" #p ")"); \
	(p);								\
})
#define rcu_access_pointer(p)	READ_ONCE(p)
#define rcu_dereference_raw(p)	READ_ONCE(p)

/* Release: the readers' rcu_dereference() sees what came before. */
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
#define rcu_replace_pointer(p, v, c) ({					\
	__typeof__(p) lab_old = rcu_dereference_protected(p, c);	\
									\
	rcu_assign_pointer(p, v);					\
	lab_old;							\
})

#include "lab_guard.h"
LAB_GUARDS_RCU

/* The kernel's needs this for struct rcu_work; here they come together. */
#include <linux/workqueue.h>

#endif
