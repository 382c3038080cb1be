// SPDX-License-Identifier: GPL-2.0-only
/* Writes anywhere by the index of a local array, which the sanitizer leaves out.
 * expected: forbidden: a write that the explorer does not see|explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long a[2] = { 0, 0 }, at = (unsigned long)task;

	a[at >> 3] = 0x404040;
	return (struct lab_uts_namespace *)a[at & 1];
}
