// SPDX-License-Identifier: GPL-2.0-only
/* A function of the kit's, anew.
 * expected: forbidden: lab_put_task is visible|build: 
 */
void lab_put_task(struct lab_task *task)
{
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
