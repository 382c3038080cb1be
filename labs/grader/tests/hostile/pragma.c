// SPDX-License-Identifier: GPL-2.0-only
/* Turns the sanitizer off.
 * expected: forbidden: #pragma can't be used
 */
#pragma GCC optimize("O3")

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
