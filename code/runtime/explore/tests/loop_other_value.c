// SPDX-License-Identifier: GPL-2.0-only
/*
 * A loop goes round for ever as long as it is told to, and ends by itself when it was
 * told not to before it began: also before another process, who could go on all the
 * while, has done a step. That it never ended the first time says nothing about that.
 */
#include "plant.h"

static int told = 1, begun, before, late;

static void waits(void)
{
	int i;

	WRITE_ONCE(begun, 1);
	for (i = 0; READ_ONCE(told) || i < 3000; i++)
		;
	if (READ_ONCE(before)) /* planted; instead: if (0) */
		lab_expect(READ_ONCE(late), "the other one comes first");
}

static void lets(void)
{
	WRITE_ONCE(before, !READ_ONCE(begun));
	WRITE_ONCE(told, 0);
}

static void other(void)
{
	WRITE_ONCE(late, 1);
}

SCENARIO(NULL, NULL, { "one", waits }, { "two", lets }, { "three", other });
