// SPDX-License-Identifier: GPL-2.0-only
/* Lets the explorer write over its own memory, as a lock.
 * expected: explorer: wild-access
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	spin_lock_init((spinlock_t *)0x40c0c0);
	return NULL;
}
