// SPDX-License-Identifier: GPL-2.0-only
/* Ten gigabytes of warnings.
 * expected: build: the compiler printed without end|build: 
 */
#define W1 W0 W0 W0 W0 W0 W0 W0 W0 W0 W0
#define W2 W1 W1 W1 W1 W1 W1 W1 W1 W1 W1
#define W3 W2 W2 W2 W2 W2 W2 W2 W2 W2 W2
#define W4 W3 W3 W3 W3 W3 W3 W3 W3 W3 W3
#define W5 W4 W4 W4 W4 W4 W4 W4 W4 W4 W4
#define W6 W5 W5 W5 W5 W5 W5 W5 W5 W5 W5
#define W0 { int unused_variable_with_a_long_name; }

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	W6
	return NULL;
}
