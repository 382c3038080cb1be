// SPDX-License-Identifier: GPL-2.0-only
/*
 * The yardstick for a remote read under RCU: liburcu with nothing around it.
 *
 * A read-side section, one dereference, and the same reference count taken
 * and dropped by the same two atomic operations; no task, no nsproxy, no
 * NULL check, no count that complains. What rcu.c costs beyond this is the
 * kit's own, so that it has a limit (code/tests/test_bench.py).
 *
 * Native only: the module has no liburcu. It has no writer: only its loops
 * are its own.
 */
#include <linux/cache.h>
#include <linux/rcupdate.h>

#include "scheme.h"
#include "track.h"

static struct lab_bare {
	int count;
	unsigned int inum;
} ____cacheline_aligned lab_bare_object = { .count = 1, .inum = 1 };

static struct lab_bare *lab_bare_pointer ____cacheline_aligned =
	&lab_bare_object;

static unsigned long lab_bare_get(struct lab_task *task, unsigned long n)
{
	unsigned long seen = 0;
	struct lab_bare *bare;

	while (n--) {
		urcu_memb_read_lock();
		bare = rcu_dereference(lab_bare_pointer);
		__atomic_fetch_add(&bare->count, 1, __ATOMIC_RELAXED);
		urcu_memb_read_unlock();
		seen += __atomic_fetch_sub(&bare->count, 1,
					   __ATOMIC_ACQ_REL) != 1;
	}
	return seen;
}

static unsigned long lab_bare_peek(struct lab_task *task, unsigned long n)
{
	unsigned long seen = 0;

	while (n--) {
		urcu_memb_read_lock();
		seen += rcu_dereference(lab_bare_pointer)->inum != 0;
		urcu_memb_read_unlock();
	}
	return seen;
}

/* Before and after the clock runs, so of no consequence. */
static void lab_bare_switch(struct lab_task *self, struct lab_nsproxy *new)
{
	lab_scheme_rcu.switch_task_namespaces(self, new);
}

static void lab_bare_exit(struct lab_task *self)
{
	lab_scheme_rcu.exit_task_namespaces(self);
}

/* As much of a scheme as measuring its reads needs. */
const struct lab_nsproxy_scheme lab_scheme_bare = {
	.name = "bare",
	.switch_task_namespaces = lab_bare_switch,
	.exit_task_namespaces = lab_bare_exit,
	.loop_get = lab_bare_get,
	.loop_peek = lab_bare_peek,
};
