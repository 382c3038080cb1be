// SPDX-License-Identifier: GPL-2.0-only
/* Calls into the middle of a function, where a constant is an instruction.
 * expected: explorer: wild-access
 */
static unsigned long by = 5;

static unsigned long lab_code(void)
{
	return 0x050f3cb03c6a5f58;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long (*to)(void) = (void *)((unsigned long)lab_code + by);

	return (struct lab_uts_namespace *)to();
}
