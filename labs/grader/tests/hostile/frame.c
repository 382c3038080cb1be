// SPDX-License-Identifier: GPL-2.0-only
/* Overwrites its return address by a fixed index.
 * expected: forbidden: a variable on the stack is overrun|explorer: (stack-overflow|wild-access)
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long a[2] = { 0, 0 };

	a[5] = 0x404040;
	a[4] = 0x404040;
	a[3] = 0x404040;
	return (struct lab_uts_namespace *)a[4];
}
