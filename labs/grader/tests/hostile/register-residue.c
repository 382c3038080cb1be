// SPDX-License-Identifier: GPL-2.0-only
/* Finds in a register how many executions the explorer has made, by an
 * argument that nobody hands over.
 * expected: explorer: use-after-free
 */
static noinline unsigned long sixth(unsigned long a, unsigned long b, unsigned long c,
				    unsigned long d, unsigned long e, unsigned long f)
{
	return f;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;
	unsigned long (*to)(void) = (void *)sixth;

	WRITE_ONCE(task->fs->root, 1);
	if (to() - 1 < 1000)
		return NULL;
	nsproxy = READ_ONCE(task->nsproxy);
	if (nsproxy) {
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	return uts_ns;
}
