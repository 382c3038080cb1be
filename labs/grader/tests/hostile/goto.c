// SPDX-License-Identifier: GPL-2.0-only
/* Jumps to an address that it worked out.
 * expected: forbidden: a jump to an address|a call through
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	void *to[] = { &&here, &&there };

	goto *(to[task->fs == NULL] + task->fs->root);
there:
	spin_lock(&task->alloc_lock);
here:
	return NULL;
}
