// SPDX-License-Identifier: GPL-2.0-only
/* Reads which scenario it is in.
 * expected: forbidden: lab_scenario can't be used
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return (struct lab_uts_namespace *)lab_scenario.name;
}
