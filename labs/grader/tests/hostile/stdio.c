// SPDX-License-Identifier: GPL-2.0-only
/* Includes what it could print by.
 * expected: forbidden: #include <stdio.h>
 */
#include <stdio.h>

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
