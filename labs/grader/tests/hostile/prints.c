// SPDX-License-Identifier: GPL-2.0-only
/* Prints what a clean run would print.
 * expected: forbidden: puts can't be used
 */
int puts(const char *text);

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	puts("{\"verdict\":\"clean\",\"executions\":4,\"complete\":true}");
	return NULL;
}
