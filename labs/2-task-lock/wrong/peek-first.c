// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Most of what people ask for in /proc are tasks that sleep, or zombies. For a
 * zombie there is nothing to guard, so look before you lock: a load of a
 * pointer is atomic anyway. What was found is then used under the lock."
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns;
	struct lab_nsproxy *nsproxy = READ_ONCE(task->nsproxy);

	lab_point(read_pointer);
	if (!nsproxy)
		return NULL;

	lab_task_lock(task);
	lab_point(read_begin);
	uts_ns = nsproxy->uts_ns;
	lab_get_uts_ns(uts_ns);
	lab_point(read_end);
	lab_task_unlock(task);

	return uts_ns;
}
