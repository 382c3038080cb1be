// SPDX-License-Identifier: GPL-2.0-only
/* What is released into one variable orders nothing that is read from the next. */
#include "plant.h"

int data;
static struct {
	int before, ready, after;
} word;

static void one(void)
{
	data = 1;
	WRITE_ONCE(word.ready, 1); /* planted; instead: smp_store_release(&word.ready, 1); */
	smp_store_release(&word.before, 1); /* planted; instead: WRITE_ONCE(word.before, 1); */
	smp_store_release(&word.after, 1); /* planted; instead: WRITE_ONCE(word.after, 1); */
}

static void two(void)
{
	if (READ_ONCE(word.ready))
		data = 2;
}

SCENARIO(NULL, NULL, { "one", one }, { "two", two });
