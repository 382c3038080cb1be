// SPDX-License-Identifier: GPL-2.0-only
/* Goes elsewhere.
 * expected: forbidden: __builtin_longjmp can't be used
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	void *to[5] = { 0 };

	__builtin_longjmp(to, 1);
}
