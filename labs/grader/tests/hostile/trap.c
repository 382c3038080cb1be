// SPDX-License-Identifier: GPL-2.0-only
/* Ends the program.
 * expected: forbidden: __builtin_trap can't be used
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	__builtin_trap();
}
