// SPDX-License-Identifier: GPL-2.0-only
/* Tells by a type where it is.
 * expected: forbidden: __builtin_types_compatible_p can't be used here
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	if (__builtin_types_compatible_p(spinlock_t, pthread_mutex_t))
		return task->nsproxy->uts_ns;
	return NULL;
}
