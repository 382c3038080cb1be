// SPDX-License-Identifier: GPL-2.0-only
/*
 * A remote reader does its job when nobody else is about: it finds what is
 * there, and a zombie has nothing.
 *
 *	reader
 *	1. looks: the number of the task's UTS namespace
 *	2. gets the namespace itself, with one reference
 *	(the task exits)
 *	3. finds nothing, by either way
 */
#include "scenario.h"

static struct lab_nsproxy *nsproxy;

static void start(void)
{
	task = lab_create_task();
	nsproxy = lab_create_nsproxy();
	lab_get_nsproxy(nsproxy); /* for us to look at */
	scheme->switch_task_namespaces(task, nsproxy);
}

static void reader(void)
{
	struct lab_uts_namespace *uts_ns;

	lab_expect(scheme->task_uts_inum(task) == nsproxy->uts_ns->ns.inum,
		   "a look at a live task gives its UTS namespace's number");
	uts_ns = scheme->utsns_get(task);
	lab_expect(uts_ns == nsproxy->uts_ns,
		   "a remote reader finds a live task's UTS namespace");
	lab_expect(refcount_read(&nsproxy->uts_ns->ns.count) == 2,
		   "a remote reader takes one reference on it, no more, no less");
	if (uts_ns)
		lab_put_uts_ns(uts_ns);

	scheme->exit_task_namespaces(task);
	lab_expect(!scheme->task_uts_inum(task), "a look at a zombie gives 0");
	lab_expect(!scheme->utsns_get(task), "a zombie has no UTS namespace");
}

static void end(void)
{
	lab_put_nsproxy(nsproxy);
	lab_exit_fs(task);
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "alone_read",
	.what = "a remote reader alone: does it find what is there",
	.setup = start,
	.finish = end,
	.actors = {
		{ "reader", reader },
	},
};
