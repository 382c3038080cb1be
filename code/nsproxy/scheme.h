/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scheme offers. Each scheme's file ends by including loops.h, which
 * fills in one of these.
 */
#ifndef LAB_SCHEME_H
#define LAB_SCHEME_H

#include "nsproxy.h"

/**
 * struct lab_nsproxy_scheme - one way to guard a task's nsproxy
 * @name: as the file is called
 * @utsns_get: remote reader: take a reference on a namespace of @task's
 * @task_uts_inum: remote reader: look at a namespace, take no reference
 * @mounts_open: remote reader that needs @task's root as well
 * @current_uts_inum: the owner's own read
 * @copy_namespaces: fork
 * @switch_task_namespaces: unshare() and setns()
 * @exit_task_namespaces: exit
 * @loop_get: @n times @utsns_get and the put; returns how many were not NULL
 * @loop_peek: @n times @task_uts_inum; returns how many were not 0
 * @loop_own: @n times @current_uts_inum; returns how many were not 0
 */
struct lab_nsproxy_scheme {
	const char *name;
	struct lab_uts_namespace *(*utsns_get)(struct lab_task *task);
	unsigned int (*task_uts_inum)(struct lab_task *task);
	int (*mounts_open)(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root);
	unsigned int (*current_uts_inum)(struct lab_task *self);
	void (*copy_namespaces)(struct lab_task *self, struct lab_task *child);
	void (*switch_task_namespaces)(struct lab_task *self,
				       struct lab_nsproxy *new);
	void (*exit_task_namespaces)(struct lab_task *self);
	unsigned long (*loop_get)(struct lab_task *task, unsigned long n);
	unsigned long (*loop_peek)(struct lab_task *task, unsigned long n);
	unsigned long (*loop_own)(struct lab_task *self, unsigned long n);
};

/*
 * All schemes of the family, for the compiler; "schemes" in family.mk names
 * the same to make and to the tools. Who expands the list says first what
 * becomes of a row. The first one is told apart for what stands between two.
 */
#define LAB_SCHEMES LAB_ROWS( \
	LAB_FIRST(task_lock) \
	LAB_ROW(rcu) \
	LAB_ROW(pointer_tag) \
	LAB_ROW(dedicated_lock) \
	LAB_ROW(pointer_lock) \
	LAB_ROW(rcu_work) \
)
#define LAB_ROWS(...) __VA_ARGS__

/*
 * Each is compiled twice: as it is, and with its operations counted. What
 * ends the two declarations is no scheme: ../bench/bare.c, native only.
 */
#define LAB_FIRST(name) LAB_ROW(name)
#define LAB_ROW(name) lab_scheme_ ## name,
extern const struct lab_nsproxy_scheme LAB_SCHEMES lab_scheme_bare;
#undef LAB_ROW
#define LAB_ROW(name) lab_counted_ ## name,
extern const struct lab_nsproxy_scheme LAB_SCHEMES lab_scheme_bare;
#undef LAB_ROW
#undef LAB_FIRST

#endif /* LAB_SCHEME_H */
