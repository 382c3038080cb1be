// SPDX-License-Identifier: GPL-2.0-only
/* Keeps in an array whose declaration is jumped over that it was run before, and
 * looks at it from another function.
 * expected: explorer: use-after-free
 */
static noinline bool was_here(volatile unsigned long *left)
{
	bool was = left[100] == 0x123456789;

	left[100] = 0x123456789;
	return was;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	goto past;
	{
		unsigned long left[200];
past:
		if (was_here(left))
			return NULL;
	}
	nsproxy = READ_ONCE(task->nsproxy);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	return uts_ns;
}
