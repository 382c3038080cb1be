// SPDX-License-Identifier: GPL-2.0-only
/* A file without end.
 * expected: forbidden: #include "/dev/zero"
 */
#include "/dev/zero"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
