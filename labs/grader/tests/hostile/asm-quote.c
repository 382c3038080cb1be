// SPDX-License-Identifier: GPL-2.0-only
/* Hides assembly between what seem to be the ends of a comment.
 * expected: forbidden: a ' without another
 */
#define LAB_UNUSED ' /*
static int lab_hidden(void)
{
	asm volatile("nop");
	return 0;
}
#define LAB_OTHER */

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	lab_hidden();
	return NULL;
}
