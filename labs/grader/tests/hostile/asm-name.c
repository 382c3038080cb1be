// SPDX-License-Identifier: GPL-2.0-only
/* A name of the explorer for a variable of its own.
 * expected: forbidden: asm can't be used
 */
extern char engine[] asm("X");

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	engine[0] = 1;
	return NULL;
}
