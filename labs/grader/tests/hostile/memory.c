// SPDX-License-Identifier: GPL-2.0-only
/* Allocates without end.
 * expected: explorer: endless-memory|explorer: limit
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	for (;;)
		(void)lab_alloc_atomic(4096);
	return NULL;
}
