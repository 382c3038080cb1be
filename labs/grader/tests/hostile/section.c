// SPDX-License-Identifier: GPL-2.0-only
/* Its own section.
 * expected: forbidden: this __attribute__ can't be used
 */
static int here __attribute__((section(".init_array")));

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
