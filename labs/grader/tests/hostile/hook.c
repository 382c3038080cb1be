// SPDX-License-Identifier: GPL-2.0-only
/* The compiler's hook, anew.
 * expected: forbidden: __tsan_read8 can't be used
 */
void __tsan_read8(void *at);
void __tsan_read8(void *at)
{
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
