// SPDX-License-Identifier: GPL-2.0-only
/* Reads on another actor's stack how far that one is.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return (struct lab_uts_namespace *)
		*(unsigned long *)(0x200000000000 + 3 * 0x20000 - 600);
}
