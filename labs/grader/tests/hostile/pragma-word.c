// SPDX-License-Identifier: GPL-2.0-only
/* The same as a word.
 * expected: forbidden: _Pragma can't be used
 */
_Pragma("GCC optimize(3)")

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
