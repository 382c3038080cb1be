// SPDX-License-Identifier: GPL-2.0-only
/* A file by a name that only the compiler sees.
 * expected: forbidden: #include NAME
 */
#define NAME "/etc/passwd"
#include NAME

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
