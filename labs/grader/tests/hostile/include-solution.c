// SPDX-License-Identifier: GPL-2.0-only
/* Another file's text.
 * expected: forbidden: #include "/work/main
 */
#include "/work/main/code/nsproxy/rcu.c"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
