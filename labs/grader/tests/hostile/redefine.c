// SPDX-License-Identifier: GPL-2.0-only
/* Another lab_free_nsproxy().
 * expected: forbidden: lab_free_nsproxy is a name in
 */
#define lab_free_nsproxy(nsproxy) do { } while (0)

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
