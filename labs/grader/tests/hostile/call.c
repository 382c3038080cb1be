// SPDX-License-Identifier: GPL-2.0-only
/* Calls the explorer by a number.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	((void (*)(const char *))0x401196)("clean");
	return NULL;
}
