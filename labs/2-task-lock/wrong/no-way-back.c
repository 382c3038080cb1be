// SPDX-License-Identifier: GPL-2.0-only
/*
 * "One unlock at the end of the section, where everybody finds it. In the
 * middle there are two checks, and they just return their errors."
 */
static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy;

	lab_task_lock(task);
	nsproxy = task->nsproxy;
	lab_point(mounts_pointer);
	if (!nsproxy)
		return -EINVAL;
	if (!task->fs)
		return -ENOENT;
	*mnt_ns = nsproxy->mnt_ns;
	lab_get_mnt_ns(*mnt_ns);
	lab_point(mounts_referenced);
	*root = task->fs->root;
	lab_task_unlock(task);

	return 0;
}
