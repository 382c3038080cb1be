// SPDX-License-Identifier: GPL-2.0-only
/* The same, put together from two halves by the kit's own macro.
 * expected: forbidden: LAB_PASTE can't be used
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	LAB_PASTE(__as, m__)("nop");
	return NULL;
}
