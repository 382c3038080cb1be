// SPDX-License-Identifier: GPL-2.0-only
/* The same, as what an exchange expects.
 * expected: forbidden: __atomic_compare_exchange_n can't
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	unsigned long *expected = (unsigned long *)0x40c0c0;

	__atomic_compare_exchange_n((unsigned long *)task, expected, 1UL, 0, 5, 5);
	return NULL;
}
