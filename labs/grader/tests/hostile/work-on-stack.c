// SPDX-License-Identifier: GPL-2.0-only
/* A work on a stack that is another's frame when it runs.
 * expected: explorer: wild-access
 */
static void nothing(struct work_struct *work)
{
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct work_struct work;

	INIT_WORK(&work, nothing);
	schedule_work(&work);
	return NULL;
}
