// SPDX-License-Identifier: GPL-2.0-only
/* Asks for memory by the size of a type, in the ways that people write it. */
struct note {
	struct lab_uts_namespace *of;
	unsigned long more[2];
};

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;
	struct note *note = lab_alloc(sizeof(*note) + 2 * sizeof(note->more[0]));

	lab_free(lab_alloc(sizeof *note));
	lab_free(lab_alloc(sizeof(struct note)));
	rcu_read_lock();
	nsproxy = rcu_dereference(task->nsproxy);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	rcu_read_unlock();
	note->of = uts_ns;
	uts_ns = note->of;
	lab_free(note);
	return uts_ns;
}
