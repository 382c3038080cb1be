// SPDX-License-Identifier: GPL-2.0-only
/* Reads what the explorer has left on its own stack.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return (struct lab_uts_namespace *)
		*(unsigned long *)(0x200000000000 + 2 * 0x20000 - 2048);
}
