// SPDX-License-Identifier: GPL-2.0-only
/* Hides assembly where a string seems to go on.
 * expected: forbidden: R"…" is a string of a kind
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	const char *x = R"(")"; asm volatile("nop"); x = "";

	return x ? NULL : NULL;
}
