// SPDX-License-Identifier: GPL-2.0-only
/* The same by a work, whose function it writes anew once it is queued.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct work_struct *work = lab_alloc(sizeof(*work));

	INIT_WORK(work, (void *)0x401196);
	schedule_work(work);
	return NULL;
}
