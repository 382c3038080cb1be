// SPDX-License-Identifier: GPL-2.0-only
/*
 * "A lock in a bit is quickly written: wait until the bit is clear, then set it
 * by an xchg(), which is atomic."
 */
static void *my_lock(struct lab_ptrlock *pl)
{
	unsigned long seen;

	preempt_disable();
	while ((seen = READ_ONCE(pl->word)) & LAB_PTRLOCK_MASK)
		cpu_relax();
	lab_point(lock_read);
	(void)xchg(&pl->word, seen | LAB_PTRLOCK_MASK);
	lab_point(lock_set);
	return (void *)seen;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy = my_lock(&task->nsproxy);

	lab_point(read_pointer);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	lab_point(read_end);
	lab_ptrlock_unlock(&task->nsproxy);

	return uts_ns;
}
