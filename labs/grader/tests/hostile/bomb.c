// SPDX-License-Identifier: GPL-2.0-only
/* A page of text that grows to a terabyte in the preprocessor.
 * expected: build: 
 */
#define B1(x) B0(x) B0(x) B0(x) B0(x) B0(x) B0(x) B0(x) B0(x) B0(x) B0(x)
#define B2(x) B1(x) B1(x) B1(x) B1(x) B1(x) B1(x) B1(x) B1(x) B1(x) B1(x)
#define B3(x) B2(x) B2(x) B2(x) B2(x) B2(x) B2(x) B2(x) B2(x) B2(x) B2(x)
#define B4(x) B3(x) B3(x) B3(x) B3(x) B3(x) B3(x) B3(x) B3(x) B3(x) B3(x)
#define B5(x) B4(x) B4(x) B4(x) B4(x) B4(x) B4(x) B4(x) B4(x) B4(x) B4(x)
#define B6(x) B5(x) B5(x) B5(x) B5(x) B5(x) B5(x) B5(x) B5(x) B5(x) B5(x)
#define B7(x) B6(x) B6(x) B6(x) B6(x) B6(x) B6(x) B6(x) B6(x) B6(x) B6(x)
#define B8(x) B7(x) B7(x) B7(x) B7(x) B7(x) B7(x) B7(x) B7(x) B7(x) B7(x)
#define B9(x) B8(x) B8(x) B8(x) B8(x) B8(x) B8(x) B8(x) B8(x) B8(x) B8(x)
#define B0(x) x x x x x x x x x x

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	B9(task;)
	return NULL;
}
