// SPDX-License-Identifier: GPL-2.0-only
/* Lets the explorer call what is no function.
 * expected: explorer: wild-access
 */
static struct rcu_head head;
static unsigned long by = 5;

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	call_rcu(&head, (void *)((unsigned long)lab_free_nsproxy + by));
	return NULL;
}
