// SPDX-License-Identifier: GPL-2.0-only
/*
 * "alloc_lock is wanted by everybody, so hold it no longer than the nsproxy
 * needs. The root has nothing to do with namespaces: look at it afterwards."
 */
static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_mnt_namespace *found = NULL;
	struct lab_nsproxy *nsproxy;
	struct lab_fs *fs;

	lab_task_lock(task);
	nsproxy = task->nsproxy;
	lab_point(mounts_pointer);
	if (nsproxy) {
		found = nsproxy->mnt_ns;
		lab_get_mnt_ns(found);
	}
	lab_point(mounts_referenced);
	lab_task_unlock(task);
	if (!found)
		return -EINVAL;

	fs = READ_ONCE(task->fs);
	lab_point(mounts_root);
	if (!fs) {
		lab_put_mnt_ns(found);
		return -ENOENT;
	}
	*root = fs->root;

	*mnt_ns = found;
	return 0;
}
