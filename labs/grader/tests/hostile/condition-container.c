// SPDX-License-Identifier: GPL-2.0-only
/* Works out by hand where a member lies.
 * expected: forbidden: a pointer made of NULL can't be used here
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	if ((long)container_of(NULL, struct lab_task, nsproxy) < -100)
		return task->nsproxy->uts_ns;
	return NULL;
}
