// SPDX-License-Identifier: GPL-2.0-only
/* Another rcu_read_lock().
 * expected: forbidden: #undef of rcu_read_lock
 */
#undef rcu_read_lock

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
