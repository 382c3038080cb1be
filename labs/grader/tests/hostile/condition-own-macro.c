// SPDX-License-Identifier: GPL-2.0-only
/* Asks by a macro of its own where it is.
 * expected: forbidden: LAB_EXPLORE can't be used here
 */
#define IN	LAB_EXPLORE

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
#if IN
	return NULL;
#else
	return task->nsproxy->uts_ns;
#endif
}
