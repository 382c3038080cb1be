// SPDX-License-Identifier: GPL-2.0-only
/* Tells by how often headers have counted where it is.
 * expected: forbidden: __COUNTER__ can't be used here
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	if (__COUNTER__ > 3)
		return task->nsproxy->uts_ns;
	return NULL;
}
