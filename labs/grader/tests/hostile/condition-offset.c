// SPDX-License-Identifier: GPL-2.0-only
/* Tells by where a member lies where it is.
 * expected: forbidden: offsetof can't be used here
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	if (offsetof(struct lab_task, nsproxy) > 100)
		return task->nsproxy->uts_ns;
	return NULL;
}
