// SPDX-License-Identifier: GPL-2.0-only
/* A loop that writes.
 * expected: explorer: (endless|livelock)
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	for (;;)
		task->fs->root++;
	return NULL;
}
