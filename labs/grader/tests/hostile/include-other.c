// SPDX-License-Identifier: GPL-2.0-only
/* Another's submission.
 * expected: forbidden: #include "../right
 */
#include "../right/a.c"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
