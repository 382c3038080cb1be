// SPDX-License-Identifier: GPL-2.0-only
/* Works out by hand how large a lock is.
 * expected: forbidden: a pointer made of 0 can't be used here
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	if ((unsigned long)((spinlock_t *)0 + 1) != 24)
		return task->nsproxy->uts_ns;
	return NULL;
}
