// SPDX-License-Identifier: GPL-2.0-only
/* Writes over the explorer's own memory.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	*(volatile unsigned long *)0x40c0c0 = 0;
	return NULL;
}
