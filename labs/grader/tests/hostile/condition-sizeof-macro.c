// SPDX-License-Identifier: GPL-2.0-only
/* Tells by the size of a lock where it is, in a macro and an array.
 * expected: forbidden: sizeof can't be used here
 */
#define SIZE	sizeof(spinlock_t)

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	const char of[SIZE == 24 ? 1 : 2] = { 0 };

	return of[0] ? task->nsproxy->uts_ns : NULL;
}
