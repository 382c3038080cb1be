// SPDX-License-Identifier: GPL-2.0-only
/*
 * A schedule that somebody wrote down: who runs, and up to which labelled
 * point. The language is that of the debug kernels (code/module/debug/
 * points.h): actor:label,actor:end,... and there "work" and "callbacks" are
 * all that are queued.
 *
 * An actor begins with its first turn, and is held at the label that ends a
 * turn. Neither is a visible step: without a guide the same schedule runs up
 * to a visible step, and nobody could tell the difference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define MAX_TURNS	48		/* as LAB_MAX_TURNS */
#define MAX_PASSED	256
#define MAX_LABELS	64

enum verdict { GO_ON, OVER, TROUBLE };

static struct turn {
	const char *who, *label;
	int proc;			/* an actor's number; 0: by name */
	char group;			/* 'c': all callbacks, 'w': all works */
} turns[MAX_TURNS];
static int nturns, now;

static struct {
	const char *label;
	int turn;
} passed[X_PROCS][MAX_PASSED];
static int npassed[X_PROCS], spent[X_PROCS];
static int ended_in[X_PROCS];		/* turn that ran it to its end, or -1 */
static int runs;			/* whose turn it is after the last turn */

/* Over all executions, for --labels. */
static bool collecting;
static const char *labels[X_PROCS][MAX_LABELS];
static char whose[X_PROCS][32];

static struct {
	const char *why;		/* NULL: none */
	int turn, proc;
} trouble;

static bool same_name(const char *name, const char *given)
{
	for (; *name; name++, given++)
		if (*given != (*name == ' ' ? '_' : *name))
			return false;
	return !*given;
}

static int actor_number(const char *given)
{
	int i;

	for (i = 0; lab_scenario.actors[i].name; i++)
		if (same_name(lab_scenario.actors[i].name, given))
			return i + 1;
	return 0;
}

static bool is_child(const char *who)
{
	return !strncmp(who, "callback_", 9) || !strncmp(who, "work_", 5);
}

/**
 * x_guide_parse() - read a schedule
 * @text: actor:label,... with _ for each space of a name; cut up, and kept
 *
 * Return: false if a turn is not like that; a message or the result says which.
 */
bool x_guide_parse(char *text)
{
	char *entry, *colon;
	struct turn *t;

	for (entry = strtok(text, ","); entry; entry = strtok(NULL, ",")) {
		if (nturns == MAX_TURNS) {
			x_say("explore: a guide has %d turns at most\n",
			      MAX_TURNS);
			return false;
		}
		t = &turns[nturns];
		colon = strchr(entry, ':');
		if (!colon || !colon[1]) {
			x_say("explore: “%s” is no actor:label\n", entry);
			return false;
		}
		*colon = 0;
		t->who = entry;
		t->label = colon + 1;
		t->proc = actor_number(entry);
		if (!t->proc)
			t->group = !strcmp(entry, "work") ? 'w' :
				   !strcmp(entry, "callbacks") ? 'c' : 0;
		if (!t->proc && !t->group && !is_child(entry)) {
			trouble.why = "unknown";
			trouble.turn = nturns;
			trouble.proc = -1;
			return false;
		}
		nturns++;
	}
	return true;
}

void x_guide_collect(void)
{
	collecting = true;
}

void x_guide_reset(void)
{
	int p;

	memset(npassed, 0, sizeof(npassed));
	memset(spent, 0, sizeof(spent));
	for (p = 0; p < X_PROCS; p++)
		ended_in[p] = -1;
	now = 0;
	runs = 0;
	trouble.why = NULL;
}

static void collect(const char *label)
{
	int i;

	for (i = 0; i < MAX_LABELS && labels[X.cur][i]; i++)
		if (!strcmp(labels[X.cur][i], label))
			return;
	if (i == MAX_LABELS)
		return;
	labels[X.cur][i] = label;
	snprintf(whose[X.cur], sizeof(whose[0]), "%s", x_me()->name);
}

static bool exists(int p)
{
	return X.proc[p].state != X_UNUSED && X.proc[p].kind;
}

static bool member(const struct turn *t, int p)
{
	if (!exists(p))
		return false;
	if (t->proc)
		return p == t->proc;
	if (t->group)
		return X.proc[p].kind == t->group;
	return (X.proc[p].kind == 'c' || X.proc[p].kind == 'w') &&
	       same_name(X.proc[p].name, t->who);
}

/* Somebody is at a labelled point. */
void x_guide_passed(const char *label)
{
	int n = npassed[X.cur];

	if (collecting && X.cur)
		collect(label);
	if (!X.guided || !X.cur)
		return;
	if (n == MAX_PASSED) {
		x_fail(LAB_X_LIMIT, X_PC(), 0,
		       "%s passes more than %d labels in a guided run",
		       x_me()->name, MAX_PASSED);
		return;
	}
	passed[X.cur][n].label = label;
	passed[X.cur][n].turn = now;
	npassed[X.cur]++;
	if (now < nturns && member(&turns[now], X.cur) &&
	    !strcmp(turns[now].label, label))
		x_hold();
}

static enum verdict in_trouble(const char *why, int proc)
{
	trouble.why = why;
	trouble.turn = now;
	trouble.proc = proc;
	return TROUBLE;
}

/* Since its last turn: each pass of a label ends one turn. */
static bool passes(int p, const char *label)
{
	int i;

	for (i = spent[p]; i < npassed[p]; i++)
		if (!strcmp(passed[p][i].label, label))
			return true;
	return false;
}

/* Who makes the next step of the turn that is on: to @next. */
static enum verdict look(const struct turn *t, x_set enabled, int *next)
{
	bool end = !strcmp(t->label, "end"), blocks = !strcmp(t->label, "blocks");
	int p, some = -1, waits = -1;

	*next = -1;
	for (p = 1; p < X.nprocs; p++) {
		if (!member(t, p))
			continue;
		if (!end && !blocks && passes(p, t->label))
			return OVER;
		some = p;
		if (X.proc[p].state == X_DONE)
			continue;
		if (!(enabled >> p & 1))
			waits = waits < 0 ? p : waits;
		else if (*next < 0 || p == runs)
			*next = p;
	}
	if (some < 0)
		return in_trouble("not queued", -1);
	if (*next >= 0) {
		runs = *next;
		return GO_ON;
	}
	if (waits >= 0)
		return blocks ? OVER : in_trouble("blocked", waits);
	if (!end)
		return in_trouble(blocks ? "never blocked" : "ended", some);
	if (!t->group && ended_in[some] >= 0)
		return in_trouble("ended", some);
	ended_in[some] = now;
	return OVER;
}

/**
 * x_guide_choose() - who makes the next step
 * @enabled: who could
 *
 * After the last turn, the first of the table who can go on does so until it
 * is done or has to wait, and so on; callbacks and works come last.
 *
 * Return: the process, or -1 if the guide asks for what can't be.
 */
int x_guide_choose(x_set enabled)
{
	int next;

	for (; now < nturns; now++) {
		switch (look(&turns[now], enabled, &next)) {
		case GO_ON:
			return next;
		case OVER:
			runs = 0;
			memcpy(spent, npassed, sizeof(spent));
			break;
		case TROUBLE:
			X.cut = true;
			return -1;
		}
	}
	if (!(enabled >> runs & 1) || !runs)
		runs = x_first(enabled);
	return runs;
}

/**
 * x_guide_ended() - the run is over: what of the turns that were left?
 *
 * Return: true if the guide was kept to, as far as the run went.
 */
bool x_guide_ended(void)
{
	int next;

	for (; !X.hard && !trouble.why && now < nturns; now++) {
		if (look(&turns[now], 0, &next) == TROUBLE)
			return false;
		memcpy(spent, npassed, sizeof(spent));
	}
	return !trouble.why;
}

static void put_trouble(FILE *out, const char *const *kinds)
{
	bool first = true;
	int i;

	fprintf(out, "\"trouble\":{\"why\":\"%s\",\"turn\":%d,\"process\":%d",
		trouble.why, trouble.turn, trouble.proc);
	if (!strcmp(trouble.why, "blocked"))
		x_put_blocked(out, trouble.proc, kinds);
	fprintf(out, ",\"passed\":[");
	for (i = 0; trouble.proc >= 0 && i < npassed[trouble.proc]; i++) {
		fprintf(out, "%s{\"turn\":%d,\"label\":", i ? "," : "",
			passed[trouble.proc][i].turn);
		x_put_string(out, passed[trouble.proc][i].label);
		fprintf(out, "}");
	}
	fprintf(out, "],\"queued\":[");
	for (i = 1; i < X.nprocs; i++) {
		if (!exists(i) || (X.proc[i].kind != 'c' && X.proc[i].kind != 'w'))
			continue;
		fprintf(out, "%s", first ? "" : ",");
		x_put_string(out, X.proc[i].name);
		first = false;
	}
	fprintf(out, "]},\n");
}

/* What the result says of a guide, and of labels. */
void x_guide_result(FILE *out, const char *const *kinds)
{
	bool first = true;
	int p, i;

	fprintf(out, "\"actors\":[");
	for (i = 0; lab_scenario.actors[i].name; i++) {
		fprintf(out, "%s", i ? "," : "");
		x_put_string(out, lab_scenario.actors[i].name);
	}
	fprintf(out, "],\n");
	if (X.guided)
		fprintf(out, "\"turns\":%d,", now);
	if (X.guided && trouble.why)
		put_trouble(out, kinds);
	if (!collecting)
		return;
	fprintf(out, "\"labels\":[");
	for (p = 1; p < X_PROCS; p++)
		for (i = 0; i < MAX_LABELS && labels[p][i]; i++) {
			fprintf(out, "%s{\"process\":%d,\"name\":",
				first ? "" : ",", p);
			x_put_string(out, whose[p]);
			fprintf(out, ",\"label\":");
			x_put_string(out, labels[p][i]);
			fprintf(out, "}");
			first = false;
		}
	fprintf(out, "],\n");
}
