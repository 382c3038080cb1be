/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module and the native program say of the pid family. */
#ifndef LAB_FAMILY_H
#define LAB_FAMILY_H

#define LAB_FAMILY_NAME		"pid"
#define LAB_FAMILY_GUARDS	"How a dead task's dentries of /proc are found"
#define LAB_SCHEME_NAMES	"by_name, wait_pidfd_lock, pid_lock"
#define LAB_STEP_NAMES \
	"processes_exit, threads_exec, threads_exec_2020, instances_come_and_go, all_at_once; process, exits, instances, children, exec, sizes, count"
#define LAB_DEFAULT_RUN		"all_at_once"

#endif /* LAB_FAMILY_H */
