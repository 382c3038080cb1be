// SPDX-License-Identifier: GPL-2.0-only
/* Tells by what the compiler was asked for where it is.
 * expected: forbidden: __(SANITIZE_THREAD|INCLUDE_LEVEL)__ can't be used here
 */
#define IN	__SANITIZE_THREAD__ + __INCLUDE_LEVEL__

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return IN ? NULL : task->nsproxy->uts_ns;
}
