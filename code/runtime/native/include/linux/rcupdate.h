/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/rcupdate.h>, over liburcu (memb flavour, inlined). */
#ifndef LAB_NATIVE_RCUPDATE_H
#define LAB_NATIVE_RCUPDATE_H

#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>
#include <urcu/pointer.h>

#include <linux/kernel.h>

#define rcu_read_lock()		urcu_memb_read_lock()
#define rcu_read_unlock()	urcu_memb_read_unlock()
#define synchronize_rcu()	(might_sleep(), urcu_memb_synchronize_rcu())
#define synchronize_rcu_expedited() synchronize_rcu()
#define call_rcu(head, func)	urcu_memb_call_rcu(head, func)
#define rcu_read_lock_held()	urcu_memb_read_ongoing()
#define rcu_barrier()		urcu_memb_barrier()

#define rcu_dereference_raw(p)			rcu_dereference(p)
#define RCU_INIT_POINTER(p, v)			WRITE_ONCE(p, v)
#define rcu_dereference_protected(p, cond)	(p)
#define rcu_dereference_check(p, cond)		rcu_dereference(p)
#define rcu_access_pointer(p)			READ_ONCE(p)
#define rcu_replace_pointer(p, v, cond) ({				\
	__typeof__(p) lab_old = rcu_dereference_protected(p, cond);	\
									\
	rcu_assign_pointer(p, v);					\
	lab_old;							\
})

#include "lab_guard.h"
LAB_GUARDS_RCU

/* The kernel's needs this for struct rcu_work; here they come together. */
#include <linux/workqueue.h>

#endif
