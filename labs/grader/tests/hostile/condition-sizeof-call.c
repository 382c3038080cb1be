// SPDX-License-Identifier: GPL-2.0-only
/* Gives the size of a lock to a function of its own, and an allocation a comparison.
 * expected: forbidden: sizeof can't be used here
 */
static bool in_explorer(size_t size)
{
	return size == 24;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	lab_free(lab_alloc(sizeof(spinlock_t) == 24));
	return in_explorer(sizeof(spinlock_t)) ? NULL : task->nsproxy->uts_ns;
}
