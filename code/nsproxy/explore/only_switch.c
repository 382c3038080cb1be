// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_switch_task_namespaces() by itself: the remote reader is the scenario's
 * own, and careful.
 *
 *	a careful reader		self
 *					1. initialises an nsproxy
 *					2. makes it its first
 *	3. finds it, protected
 *					4. puts another one in its place
 *					5. must not free the first yet
 *	6. looks through it
 *					7. exits: NULL
 *
 * Or the reader comes right after 2, and must see what 1 wrote. Before that,
 * alone, by another task: a first nsproxy, one that ten share, and the very one
 * that it has. What becomes of those is asked at the end: a put may come later.
 * Memory for what the switch wants to remember may be short.
 */
#include "careful.h"

#define MANY 10

static struct lab_nsproxy *shared, *first;

static void switches(struct lab_task *self, struct lab_nsproxy *new)
{
	struct lab_nsproxy *old = careful_pointer(self);
	struct careful_used before = careful_used();

	scheme->switch_task_namespaces(self, new);
	lab_must(atomic_read(&old->count) >= MANY,
		 "a switch leaves the old nsproxy to those who share it");
	lab_must(careful_used_most(before, 1, CAREFUL_SWITCH_WAITS),
		 "lab_switch_task_namespaces() " CAREFUL_SWITCH_RULE
		 ", while others share the old nsproxy");
	lab_must(careful_pointer(self) == new,
		 "after lab_switch_task_namespaces() the task has its new nsproxy");
	lab_must(careful_holds_nothing(self),
		 "lab_switch_task_namespaces() lets go of what it took");
}

static void switches_alone(void)
{
	struct lab_task *other = careful_zombie();
	int i;

	scheme->switch_task_namespaces(other, shared);
	lab_must(careful_pointer(other) == shared,
		 "lab_switch_task_namespaces() gives a task its first nsproxy");
	lab_must(atomic_read(&shared->count) == 1,
		 "the caller's reference on the new nsproxy becomes the task's: the count stays 1");
	lab_must(careful_holds_nothing(other),
		 "lab_switch_task_namespaces() lets go of what it took when there was no nsproxy");

	/* References of the scenario's own on both, and one to switch with. */
	for (i = 0; i < MANY; i++) {
		lab_get_nsproxy(shared);
		lab_get_nsproxy(spare[1]);
	}
	lab_get_nsproxy(spare[1]);
	switches(other, spare[1]);
	switches(other, spare[1]);
	switches(other, NULL);
	careful_bury(other);
}

static void start(void)
{
	task = careful_zombie();
	shared = lab_create_nsproxy();
	spare[0] = lab_create_nsproxy();
	spare[1] = lab_create_nsproxy();
	first = lab_share_nsproxy(spare[0]);
	first->uts_ns = NULL;
	first->mnt_ns = NULL;
	switches_alone();
}

static void self(void)
{
	unsigned int waits;

	first->uts_ns = spare[0]->uts_ns;
	first->mnt_ns = spare[0]->mnt_ns;
	scheme->switch_task_namespaces(task, first);
	lab_must(careful_pointer(task) == first,
		 "after lab_switch_task_namespaces() the task has its new nsproxy");
	waits = lab_used(LAB_USED_GRACE_PERIODS);
	scheme->switch_task_namespaces(task, spare[0]);
	lab_must(lab_used(LAB_USED_GRACE_PERIODS) - waits <= CAREFUL_SWITCH_WAITS,
		 "lab_switch_task_namespaces() " CAREFUL_SWITCH_WAIT_RULE);
	scheme->exit_task_namespaces(task);
	lab_must(!careful_pointer(task),
		 "after lab_exit_task_namespaces() the task has no nsproxy");
}

static void end(void)
{
	int i;

	lab_must(atomic_read(&shared->count) == MANY,
		 "a switch drops one reference on the old nsproxy, and who shares it keeps the other");
	lab_must(atomic_read(&spare[1]->count) == MANY,
		 "a switch drops one reference, also if the new nsproxy is the one that the task has");
	for (i = 0; i < MANY; i++) {
		lab_put_nsproxy(shared);
		lab_put_nsproxy(spare[1]);
	}
	lab_exit_fs(task);
	lab_put_task(task);
}

const struct lab_scenario lab_scenario = {
	.name = "only_switch",
	.what = "the owner switches and exits; a remote reader who makes no mistake",
	.setup = start,
	.finish = end,
	.actors = {
		{ "careful reader", careful_read },
		{ "self", self },
	},
	.alloc_failures = 1,
};
