// SPDX-License-Identifier: GPL-2.0-only
/*
 * "What was wrong with the RFC is that people forgot to mask. lab_ptrlock_peek()
 * masks, and reads the word once. So nobody can get a wrong address, and the
 * lock is for those who change the word."
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy = lab_ptrlock_peek(&task->nsproxy);

	lab_point(read_pointer);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	lab_point(read_end);

	return uts_ns;
}
