// SPDX-License-Identifier: GPL-2.0-only
/* Another file's bytes.
 * expected: forbidden: asm can't be used
 */
asm(".incbin \"/work/main/code/nsproxy/rcu.c\"");

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
