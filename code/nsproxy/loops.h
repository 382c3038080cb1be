/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of each scheme's file: the loops by which it is measured, and its
 * table. The file says which it is: #define LAB_SCHEME rcu
 *
 * The loops are compiled in the scheme's own unit, so that no indirect call
 * stands between a loop and what it measures.
 */
#include "scheme.h"

static unsigned long lab_loop_get(struct lab_task *task, unsigned long n)
{
	struct lab_uts_namespace *uts_ns;
	unsigned long seen = 0;

	while (n--) {
		uts_ns = lab_utsns_get(task);
		if (uts_ns) {
			seen++;
			lab_put_uts_ns(uts_ns);
		}
	}
	return seen;
}

static unsigned long lab_loop_peek(struct lab_task *task, unsigned long n)
{
	unsigned long seen = 0;

	while (n--)
		seen += lab_task_uts_inum(task) != 0;
	return seen;
}

static unsigned long lab_loop_own(struct lab_task *self, unsigned long n)
{
	unsigned long seen = 0;

	while (n--) {
		seen += lab_current_uts_inum(self) != 0;
		/* Read anew each round, as separate callers would. */
		barrier();
	}
	return seen;
}

/*
 * Each scheme is compiled twice: as it is, and with its lock operations and
 * atomics counted (code/bench/count.h).
 */
#ifdef LAB_COUNT
#define LAB_TABLE_PREFIX lab_counted_
#else
#define LAB_TABLE_PREFIX lab_scheme_
#endif
#define LAB_PASTE_(a, b) a ## b
#define LAB_PASTE(a, b) LAB_PASTE_(a, b)
#define LAB_QUOTE_(a) #a
#define LAB_QUOTE(a) LAB_QUOTE_(a)

const struct lab_nsproxy_scheme LAB_PASTE(LAB_TABLE_PREFIX, LAB_SCHEME) = {
	.name = LAB_QUOTE(LAB_SCHEME),
	.utsns_get = lab_utsns_get,
	.task_uts_inum = lab_task_uts_inum,
	.mounts_open = lab_mounts_open,
	.current_uts_inum = lab_current_uts_inum,
	.copy_namespaces = lab_copy_namespaces,
	.switch_task_namespaces = lab_switch_task_namespaces,
	.exit_task_namespaces = lab_exit_task_namespaces,
	.loop_get = lab_loop_get,
	.loop_peek = lab_loop_peek,
	.loop_own = lab_loop_own,
};
