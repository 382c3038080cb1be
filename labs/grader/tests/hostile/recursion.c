// SPDX-License-Identifier: GPL-2.0-only
/* Calls itself without end.
 * expected: explorer: stack-overflow|forbidden
 */
static int n;

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	n++;
	return n ? lab_utsns_get(task) : NULL;
}
