// SPDX-License-Identifier: GPL-2.0-only
/* Asks what files there are.
 * expected: forbidden: __has_include can't be used
 */
#if __has_include("/work/main/code/nsproxy/rcu.c")
int found;
#endif

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
