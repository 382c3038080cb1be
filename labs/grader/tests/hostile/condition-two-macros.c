// SPDX-License-Identifier: GPL-2.0-only
/* Asks by a macro that comes to a header's, by way of another.
 * expected: forbidden: #if GFP_KERNEL asks where it is
 */
#define THERE	(GFP_KERNEL)
#define IN	THERE + 1

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
#if IN > 1
	return NULL;
#else
	return task->nsproxy->uts_ns;
#endif
}
