// SPDX-License-Identifier: GPL-2.0-only
/* A directive in other letters.
 * expected: forbidden: %: is another way
 */
%:pragma GCC push_options

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
