// SPDX-License-Identifier: GPL-2.0-only
/* Lets the explorer call what is no function.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct rcu_head *head = lab_alloc(sizeof(*head));
	unsigned long by = task->fs->root + 4;

	call_rcu(head, (void *)((unsigned long)lab_free_nsproxy + by));
	return NULL;
}
