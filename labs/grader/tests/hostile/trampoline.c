// SPDX-License-Identifier: GPL-2.0-only
/* Puts code on its stack, as a nested function does.
 * expected: forbidden: code on the stack
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	int z = task->comm[0];
	auto struct lab_uts_namespace *inner(int q);
	struct lab_uts_namespace *inner(int q)
	{
		return q + z ? NULL : (void *)task;
	}
	struct lab_uts_namespace *(*volatile to)(int) = inner;

	return to(1);
}
