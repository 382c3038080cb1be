// SPDX-License-Identifier: GPL-2.0-only
/* A loop that does nothing.
 * expected: explorer: endless
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	for (;;)
		;
	return NULL;
}
