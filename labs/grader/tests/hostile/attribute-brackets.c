// SPDX-License-Identifier: GPL-2.0-only
/* An attribute in C23's way of writing it.
 * expected: forbidden: \[\[…\]\] can't be used here
 */
[[gnu::constructor]] static void lab_first(void)
{
	barrier();
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
