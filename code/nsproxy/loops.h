/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of each scheme's file: the loops by which it is measured, and its
 * table. The file says which it is: #define LAB_SCHEME rcu
 *
 * The loops are compiled in the scheme's own unit, so that no indirect call
 * stands between a loop and what it measures.
 */
#include "lab_table.h"
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

const struct lab_nsproxy_scheme LAB_SCHEME_TABLE = {
	.name = LAB_SCHEME_NAME,
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
