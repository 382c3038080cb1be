/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guard() and scoped_guard(): a lock that is released where its scope ends.
 *
 * The kernel has them since 6.5, in <linux/cleanup.h>, and stable kernels before
 * that. This is for the kit's own headers, and for modules where that is not there. A lock's header says which guards
 * there are for it (LAB_GUARDS_SPINLOCK and so on).
 */
#ifndef LAB_GUARD_H
#define LAB_GUARD_H

struct lab_guard {
	void *lock;
	unsigned long flags;
};

#define LAB_GUARD_PASTE_(a, b)	a ## b
#define LAB_GUARD_PASTE(a, b)	LAB_GUARD_PASTE_(a, b)
#define LAB_GUARD_INLINE	static inline __attribute__((__always_inline__))

/* @take and @give see the lock as l, and may keep flags in g->flags. */
#define LAB_GUARD(name, type, take, give)				\
LAB_GUARD_INLINE struct lab_guard lab_guard_ ## name(type *l)		\
{									\
	struct lab_guard guarded = { .lock = (void *)l }, *g = &guarded; \
									\
	(void)g;							\
	take;								\
	return guarded;							\
}									\
LAB_GUARD_INLINE void lab_guard_end_ ## name(struct lab_guard *g)	\
{									\
	type *l = g->lock;						\
									\
	(void)l;							\
	give;								\
}

/* The same for what needs no lock to be named: guard(rcu)(). */
#define LAB_GUARD_0(name, take, give)					\
LAB_GUARD_INLINE struct lab_guard lab_guard_ ## name(void)		\
{									\
	struct lab_guard guarded = { .lock = (void *)1 }, *g = &guarded; \
									\
	(void)g;							\
	take;								\
	return guarded;							\
}									\
LAB_GUARD_INLINE void lab_guard_end_ ## name(struct lab_guard *g)	\
{									\
	(void)g;							\
	give;								\
}

#define LAB_GUARD_AS(name, variable)					\
	struct lab_guard variable					\
		__attribute__((__unused__, __cleanup__(lab_guard_end_ ## name))) = \
		lab_guard_ ## name

#define guard(name) \
	LAB_GUARD_AS(name, LAB_GUARD_PASTE(lab_guarded_, __COUNTER__))
#define scoped_guard(name, ...)						\
	for (LAB_GUARD_AS(name, lab_scope)(__VA_ARGS__), *lab_done = NULL; \
	     !lab_done; lab_done = (void *)8)

#define LAB_GUARDS_SPINLOCK						\
LAB_GUARD(spinlock, spinlock_t, spin_lock(l), spin_unlock(l))		\
LAB_GUARD(spinlock_irq, spinlock_t, spin_lock_irq(l), spin_unlock_irq(l)) \
LAB_GUARD(spinlock_irqsave, spinlock_t, spin_lock_irqsave(l, g->flags),	\
	  spin_unlock_irqrestore(l, g->flags))
#define LAB_GUARDS_IRQ							\
LAB_GUARD_0(irq, local_irq_disable(), local_irq_enable())		\
LAB_GUARD_0(irqsave, local_irq_save(g->flags), local_irq_restore(g->flags))
#define LAB_GUARDS_MUTEX						\
LAB_GUARD(mutex, struct mutex, mutex_lock(l), mutex_unlock(l))
#define LAB_GUARDS_RCU							\
LAB_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())
#define LAB_GUARDS_PREEMPT						\
LAB_GUARD_0(preempt, preempt_disable(), preempt_enable())

#endif /* LAB_GUARD_H */
