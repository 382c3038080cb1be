// SPDX-License-Identifier: GPL-2.0-only
/* The same, by a macro of its own.
 * expected: forbidden: ## makes new words
 */
#define JOIN(a, b) a ## b

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	JOIN(as, m)("nop");
	return NULL;
}
