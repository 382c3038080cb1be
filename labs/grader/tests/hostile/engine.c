// SPDX-License-Identifier: GPL-2.0-only
/* Calls the explorer's inside.
 * expected: forbidden: lab_x_rcu_read_unlock can't be used
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	lab_x_rcu_read_unlock();
	return NULL;
}
