// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CONFIG_DEBUG_LIST looks at before a list changes: that the neighbours
 * point at each other, that the entry is on the list or is not. It looks at what
 * is about to be written anyway: no step, and no access of its own.
 */
#include <linux/poison.h>

#include "engine.h"

struct entry {				/* as struct list_head */
	struct entry *next, *prev;
};

static const struct entry *look(const void *at, uintptr_t pc)
{
	return x_mem_check((uintptr_t)at, sizeof(struct entry), false, false, pc) ?
	       at : NULL;
}

static void corrupt(const void *entry, uintptr_t pc, const char *text)
{
	x_fail(LAB_X_LIST, pc, (uintptr_t)entry, "%s %s", x_me()->name, text);
}

static void begin(void)
{
	x_settle_value(x_me());
	if (X.weak)
		x_weak_show(X.cur);
}

void lab_x_list_del(const void *entry)
{
	uintptr_t pc = X_PC();
	const struct entry *e, *next, *prev;

	begin();
	e = look(entry, pc);
	if (!e)
		return;
	if (e->next == LIST_POISON1 || e->prev == LIST_POISON2) {
		corrupt(e, pc, "takes an entry off its list that was taken off before");
		return;
	}
	if (!e->next || !e->prev) {
		corrupt(e, pc, "takes an entry off a list that was never put on one");
		return;
	}
	prev = look(e->prev, pc);
	next = look(e->next, pc);
	if (prev && next && (prev->next != e || next->prev != e))
		corrupt(e, pc, "takes an entry off a list where its neighbours do not point back at it: it was put on another list, initialised anew, or changed by two at once");
}

void lab_x_list_add(const void *new, const void *before, const void *after)
{
	uintptr_t pc = X_PC();
	const struct entry *prev, *next;

	begin();
	look(new, pc);
	prev = look(before, pc);
	next = look(after, pc);
	if (!prev || !next)
		return;
	if (new == before || new == after)
		corrupt(new, pc, "puts an entry on a list that it is on already");
	else if (prev->next != next || next->prev != prev)
		corrupt(new, pc, "puts an entry on a list that is broken there: the neighbours do not point at each other");
}

/* An address that an entry off its list leads to, with what lies around it. */
bool x_poisoned(uintptr_t addr)
{
	return addr - (uintptr_t)LIST_POISON1 + X_PAGE < 2 * X_PAGE;
}
