// SPDX-License-Identifier: GPL-2.0-only
/* Writes to the frames of the explorer on its own stack.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long at = 0x200000000000 + 2 * 0x20000 - 8;

	for (; at > 0x200000000000 + 2 * 0x20000 - 512; at -= 8)
		*(volatile unsigned long *)at = 0x401196;
	return NULL;
}
