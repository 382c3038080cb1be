// SPDX-License-Identifier: GPL-2.0-only
/*
 * What executions end with: each calls lab_outcome() for what it wants to be
 * told by, and the result lists every combination that was seen.
 *
 * Kept for good, also when a search begins anew: a set of texts, "r0=1 r1=0", in a hash table.
 */
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define MAX_TEXT 512

static char text[MAX_TEXT];
static size_t used;
static char **set;
static size_t size, n;

void x_outcome_reset(void)
{
	used = 0;
	text[0] = '\0';
}

void lab_outcome(const char *name, long value)
{
	int more = snprintf(text + used, MAX_TEXT - used, "%s%s=%ld",
			    used ? " " : "", name, value);

	if (used + more >= MAX_TEXT)
		x_fail(LAB_X_LIMIT, X_PC(), 0,
		       "an outcome of more than %d characters", MAX_TEXT - 1);
	used += more;
}

static void put(char *one)
{
	uint64_t h = 14695981039346656037ULL;
	const char *c;

	for (c = one; *c; c++)
		h = (h ^ (unsigned char)*c) * 1099511628211ULL;
	for (h %= size; set[h]; h = (h + 1) % size) {
		if (!strcmp(set[h], one)) {
			free(one);
			return;
		}
	}
	set[h] = one;
	n++;
}

/* An execution came to its end. */
void x_outcome_keep(void)
{
	size_t old_size = size, i;
	char **old = set;

	if (!used)
		return;
	/* Perhaps a grace period ended too early for this to come out. */
	if (x_grace_doubted(LAB_X_INVARIANT)) {
		X.restart = true;
		return;
	}
	if (n * 2 >= size) {
		size = size ? size * 4 : 64;
		set = calloc(size, sizeof(*set));
		if (!set)
			abort();
		n = 0;
		for (i = 0; i < old_size; i++)
			if (old[i])
				put(old[i]);
		free(old);
	}
	put(strdup(text));
}

void x_outcome_result(FILE *out)
{
	bool first = true;
	size_t i;

	fprintf(out, "\"outcomes\":[");
	for (i = 0; i < size; i++) {
		if (!set[i])
			continue;
		fprintf(out, "%s", first ? "" : ",");
		x_put_string(out, set[i]);
		first = false;
	}
	fprintf(out, "],\n");
}
