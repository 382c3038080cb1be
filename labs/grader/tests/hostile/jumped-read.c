// SPDX-License-Identifier: GPL-2.0-only
/* Looks at what the explorer itself left on the stack, in an array whose
 * declaration is jumped over: how far the search is. Nothing of it is there.
 * expected: explorer: use-after-free
 */
static noinline unsigned long other_than(unsigned long *left)
{
	unsigned long other = 0;
	int i;

	for (i = 0; i < 200; i++)
		other |= left[i] ^ left[0];
	return other;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	nsproxy = READ_ONCE(task->nsproxy);
	goto past;
	{
		unsigned long left[200];
past:
		if (other_than(left))
			return NULL;
	}
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	return uts_ns;
}
