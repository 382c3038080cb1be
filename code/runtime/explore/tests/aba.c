// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pointer comes back and is another object: cmpxchg() can't tell. Only
 * seen where freed memory is allocated again (--reuse).
 *
 *	one				two
 *	1. t = head, generation 0
 *					2. takes head, frees it
 *					3. allocates: the same address
 *					4. generation 1, head = it
 *	5. cmpxchg(head, t): succeeds
 */
#include "plant.h"

struct thing *head;
int generation;

static void start(void)
{
	head = lab_alloc(sizeof(*head));
}

static void one(void)
{
	struct thing *t = READ_ONCE(head);
	int seen = READ_ONCE(generation);

	if (t && cmpxchg(&head, t, NULL) == t) {
		lab_expect(t->a == seen, "what it saw before is what it got");
		lab_free(t);
	}
}

static void two(void)
{
	struct thing *old = xchg(&head, NULL), *new;

	lab_free(old);
	new = lab_alloc(sizeof(*new));
	new->a = 1;
	WRITE_ONCE(generation, 1);
	xchg(&head, new);
}

static void end(void)
{
	lab_free(head);
}

SCENARIO(start, end, { "one", one }, { "two", two });
