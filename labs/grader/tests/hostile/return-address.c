// SPDX-License-Identifier: GPL-2.0-only
/* Writes to where it returns to, by the address of a local variable.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long v = 0, by = task->fs->root;
	unsigned long **at = lab_alloc(sizeof(*at));
	int i;

	*at = &v;
	for (i = 0; i < 8; i++)
		(*at)[by + i] = 0x401196;
	return (struct lab_uts_namespace *)v;
}
