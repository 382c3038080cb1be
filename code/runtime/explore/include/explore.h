/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the runtime's headers (linux/, beside this file) call, and what a
 * scenario is written in.
 */
#ifndef LAB_EXPLORE_H
#define LAB_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab_scenario.h"

enum lab_x_failure {
	LAB_X_USE_AFTER_FREE, LAB_X_DOUBLE_FREE, LAB_X_LEAK, LAB_X_NULL,
	LAB_X_WILD, LAB_X_OUT_OF_BOUNDS, LAB_X_LIST, LAB_X_MISALIGNED, LAB_X_RACE,
	LAB_X_SLEEP, LAB_X_RCU, LAB_X_LOCK, LAB_X_ORDER, LAB_X_DEADLOCK,
	LAB_X_LIVELOCK, LAB_X_BUG, LAB_X_VIOLATED, LAB_X_INVARIANT, LAB_X_WARNING,
	LAB_X_ENDLESS, LAB_X_MEMORY, LAB_X_STACK, LAB_X_FAULT, LAB_X_LIMIT,
	LAB_X_NR,
};

#define LAB_X_LOCK_MAGIC 0x10cced00u

/*
 * The state is in the lock's own memory: it lives and dies with it. The owner
 * comes first: steps of the lock tread on the cell at its address, and who
 * looks at the owner must tread there too.
 */
struct lab_x_lock {
	unsigned int owner;		/* process + 1 */
	unsigned int readers;
	unsigned int magic;
	unsigned int own;		/* a class of its own: DEFINE_SPINLOCK() */
	const char *name;		/* one for each place of initialisation */
};

#define LAB_X_LOCK_INIT(n) \
	{ .magic = LAB_X_LOCK_MAGIC, .own = 1, .name = (n) }
/* Its name's address stands for the place: no two places share it. */
#define LAB_X_LOCK_INIT_HERE(lock, n) do {				\
	static const char lab_place[] = n;				\
									\
	lab_x_lock_init(lock, lab_place);				\
} while (0)

void lab_x_printk(const char *fmt, ...);
void lab_x_warn(const char *text);
void lab_x_bug(const char *text);
void lab_x_todo(const char *task, const char *function);
void lab_x_might_sleep(void);
void lab_x_lock_init(struct lab_x_lock *lock, const char *name);
void lab_x_lock(struct lab_x_lock *lock, unsigned int subclass, bool sleeps);
bool lab_x_trylock(struct lab_x_lock *lock, bool sleeps);
void lab_x_unlock(struct lab_x_lock *lock, bool sleeps);
void lab_x_read_lock(struct lab_x_lock *lock);
void lab_x_read_unlock(struct lab_x_lock *lock);
bool lab_x_held(const struct lab_x_lock *lock);
void lab_x_bit_lock(int bit, unsigned long *word);
bool lab_x_bit_trylock(int bit, unsigned long *word);
void lab_x_bit_unlock(int bit, unsigned long *word);
void lab_x_preempt(int by);
int lab_x_preempt_count(void);
enum lab_x_irq { LAB_X_IRQ_ON, LAB_X_IRQ_OFF, LAB_X_BH_ON, LAB_X_BH_OFF };
bool lab_x_irq(enum lab_x_irq how);
bool lab_x_irqs_off(void);
void lab_x_cpu_relax(void);

void lab_x_list_add(const void *node, const void *prev, const void *next);
void lab_x_list_del(const void *node);

void lab_x_rcu_read_lock(void);
void lab_x_rcu_read_unlock(void);
bool lab_x_rcu_read_lock_held(void);
bool lab_x_rcu_held_otherwise(bool bh);
void lab_x_rcu_suspicious(const char *what);
void lab_x_synchronize_rcu(void);
struct rcu_head;
void lab_x_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *));
void lab_x_rcu_barrier(void);

struct work_struct;
bool lab_x_queue_work(struct work_struct *work);
bool lab_x_queue_rcu_work(struct work_struct *work);
void lab_x_flush_work(struct work_struct *work);

struct lab_x_waiters {
	unsigned int done;
	unsigned int wakes;
};

void lab_x_complete(struct lab_x_waiters *w, bool all);
void lab_x_wait_for_completion(struct lab_x_waiters *w);
unsigned int lab_x_prepare_to_wait(struct lab_x_waiters *w);
void lab_x_wait(struct lab_x_waiters *w, unsigned int since);
void lab_x_wake_up(struct lab_x_waiters *w);

/**
 * lab_outcome() - something that an execution ended with
 * @name: what, in a few letters
 * @value: of it
 *
 * For finish(). The result lists, as "outcomes", each combination of what was
 * said by some execution that came to its end: "r0=1 r1=0".
 */
void lab_outcome(const char *name, long value);

#endif /* LAB_EXPLORE_H */
