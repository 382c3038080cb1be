// SPDX-License-Identifier: GPL-2.0-only
/* Tells by the size of a lock where it is.
 * expected: forbidden: sizeof can't be used here
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	if (sizeof(spinlock_t) != 24)
		return task->nsproxy->uts_ns;
	return NULL;
}
