// SPDX-License-Identifier: GPL-2.0-only
/* Says that it is another file.
 * expected: forbidden: #line can't be used
 */
#line 1 "/etc/passwd"

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
