// SPDX-License-Identifier: GPL-2.0-only
/* A fork bomb.
 * expected: forbidden: fork can't be used
 */
int fork(void);

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	for (;;)
		fork();
	return NULL;
}
