// SPDX-License-Identifier: GPL-2.0-only
/* An object file of a gigabyte.
 * expected: build: 
 */
static char big[1L << 30] = { 1 };

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return (struct lab_uts_namespace *)&big[*(int *)task];
}
