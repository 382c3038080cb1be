// SPDX-License-Identifier: GPL-2.0-only
/* Overwrites the frame of what it calls, by a fixed index.
 * expected: forbidden: a variable on the stack is overrun|explorer: (stack-overflow|wild-access)
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	volatile unsigned long a[2];

	a[-3000] = 0x404040;
	return (struct lab_uts_namespace *)a[-3000];
}
