// SPDX-License-Identifier: GPL-2.0-only
/* A loop of steps that others can see.
 * expected: explorer: (endless|livelock|limit|cut)
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	for (;;)
		WRITE_ONCE(task->fs->root, task->fs->root + 1);
	return NULL;
}
