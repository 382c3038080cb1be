// SPDX-License-Identifier: GPL-2.0-only
/* Tells by a type where it is, as C has it.
 * expected: forbidden: _Generic can't be used here
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	if (_Generic(task->alloc_lock, spinlock_t: 1, default: 0))
		return task->nsproxy->uts_ns;
	return NULL;
}
