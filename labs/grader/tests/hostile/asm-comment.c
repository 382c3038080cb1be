// SPDX-License-Identifier: GPL-2.0-only
/* Hides assembly where a comment that ends where it seems to go on.
 * expected: forbidden: white space between a backslash and the end
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	/* hello *\ 
/ asm volatile("nop"); /* */
	return NULL;
}
