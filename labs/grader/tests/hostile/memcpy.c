// SPDX-License-Identifier: GPL-2.0-only
/* Lets the explorer copy over its own frames.
 * expected: explorer: wild-access
 */
#include <linux/string.h>

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	memcpy((void *)(0x200000000000 + 2 * 0x20000 - 64), task, 64);
	return NULL;
}
