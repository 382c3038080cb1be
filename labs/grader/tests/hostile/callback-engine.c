// SPDX-License-Identifier: GPL-2.0-only
/* Lets the explorer call itself.
 * expected: explorer: wild-access
 */
static struct rcu_head head;

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	call_rcu(&head, (void *)0x401196);
	return NULL;
}
