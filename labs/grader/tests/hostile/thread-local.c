// SPDX-License-Identifier: GPL-2.0-only
/* Memory that nobody watches.
 * expected: forbidden: __thread can't be used
 */
static __thread int mine;

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	return NULL;
}
