/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the scenarios of this family share. A scenario is written once, for
 * whichever scheme it is built with (LAB_SCHEME_NAME).
 */
#ifndef LAB_NSPROXY_SCENARIO_H
#define LAB_NSPROXY_SCENARIO_H

#include <linux/errno.h>
#include <linux/kernel.h>

#include "lab_scenario.h"
#include "scheme.h"

#define LAB_SCHEME_PASTE_(name) lab_scheme_ ## name
#define LAB_SCHEME_PASTE(name) LAB_SCHEME_PASTE_(name)
#define scheme (&LAB_SCHEME_PASTE(LAB_SCHEME_NAME))

/* The task that all look at, and which "self" owns. */
static struct lab_task *task;

static inline void start_task(void)
{
	task = lab_create_task();
	scheme->switch_task_namespaces(task, lab_create_nsproxy());
}

static inline void end_task(void)
{
	scheme->exit_task_namespaces(task);
	lab_exit_fs(task);
	lab_put_task(task);
}

/* Remote readers. */
static inline void read_and_put(void)
{
	struct lab_uts_namespace *uts_ns = scheme->utsns_get(task);

	if (uts_ns)
		lab_put_uts_ns(uts_ns);
}

static inline void peek(void)
{
	(void)scheme->task_uts_inum(task);
}

/* Made beforehand, so that a schedule shows the switch and nothing else. */
static struct lab_nsproxy *spare[2];

static inline void start_task_and_spares(void)
{
	start_task();
	spare[0] = lab_create_nsproxy();
	spare[1] = lab_create_nsproxy();
}

static inline void start_task_and_spare(void)
{
	start_task();
	spare[0] = lab_create_nsproxy();
}

/* The owner: unshare(), setns(). */
static inline void switch_once(void)
{
	scheme->switch_task_namespaces(task, spare[0]);
}

static inline void own_read(void)
{
	lab_expect(scheme->current_uts_inum(task),
		   "the owner sees a namespace of its own");
}

/* The guarded word, whatever the scheme makes of it. */
static inline unsigned long pointer_word(struct lab_task *t)
{
	return READ_ONCE(*(unsigned long *)&t->nsproxy);
}

#endif
