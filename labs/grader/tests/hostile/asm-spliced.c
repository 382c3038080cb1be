// SPDX-License-Identifier: GPL-2.0-only
/* A word on two lines.
 * expected: forbidden: a backslash joins two lines
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	as\
m("nop");
	return NULL;
}
