// SPDX-License-Identifier: GPL-2.0-only
/* Stands in for a function of the kit.
 * expected: forbidden: this __attribute__ can't be used
 */
void __attribute__((weak)) lab_free_nsproxy(struct lab_nsproxy *nsproxy)
{
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
