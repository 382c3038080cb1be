// SPDX-License-Identifier: GPL-2.0-only
/* Leaves early, with the status of a clean run.
 * expected: forbidden: _exit can't be used
 */
void _exit(int status);

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	_exit(0);
	return NULL;
}
