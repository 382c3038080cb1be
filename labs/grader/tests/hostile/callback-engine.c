// SPDX-License-Identifier: GPL-2.0-only
/* Lets the explorer call itself.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct rcu_head *head = lab_alloc(sizeof(*head));

	call_rcu(head, (void *)0x401196);
	return NULL;
}
