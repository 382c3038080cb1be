// SPDX-License-Identifier: GPL-2.0-only
/* An attribute in brackets that are written otherwise.
 * expected: forbidden: <: is another way to write \[
 */
<:<:gnu::constructor:>:> static void lab_first(void)
{
	barrier();
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
