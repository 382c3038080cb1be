// SPDX-License-Identifier: GPL-2.0-only
/* Hides its accesses.
 * expected: forbidden: this __attribute__ can't be used
 */
static void __attribute__((no_sanitize("thread"))) hidden(void)
{
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
