// SPDX-License-Identifier: GPL-2.0-only
/*
 * "A task has a nsproxy_lock, so nsproxy gets that, and alloc_lock keeps what
 * else it guards. Who needs both takes both. The switch takes both as well, for
 * the readers that still know only alloc_lock."
 */
static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_mnt_namespace *found = NULL;
	int err = -EINVAL;

	spin_lock(&task->nsproxy_lock);
	lab_point(mounts_pointer);
	if (task->nsproxy) {
		found = task->nsproxy->mnt_ns;
		lab_get_mnt_ns(found);
		lab_point(mounts_referenced);
		err = lab_get_fs_root(task, root); /* takes alloc_lock */
	}
	spin_unlock(&task->nsproxy_lock);

	if (!err)
		*mnt_ns = found;
	else if (found)
		lab_put_mnt_ns(found);
	return err;
}

static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *old;

	might_sleep();

	lab_task_lock(self);
	lab_point(switch_begin);
	spin_lock(&self->nsproxy_lock);
	old = self->nsproxy;
	self->nsproxy = new;
	spin_unlock(&self->nsproxy_lock);
	lab_task_unlock(self);
	lab_point(switch_replaced);

	if (old)
		lab_put_nsproxy(old);
}
