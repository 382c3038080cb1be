// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options, and what is searched in which order: first everything, reduced;
 * then, if that failed, without reduction but with 0, 1, 2, ... preemptions,
 * for the shortest schedule that fails in the same way. Or one execution,
 * replayed or guided.
 *
 * People don't call this program; the front end `explore` does.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"

#define SHORTEN_CAP	40000	/* executions, */
#define SHORTEN_STEPS	6000000	/* and steps: a long schedule costs more */
#define COLLECT		20000	/* after a failure, for other kinds */
#define MAX_BOUND	6
#define FEW_ROUNDS	4	/* of a loop that counts: see loop.c */
#define MOST_ROUNDS	400

struct x_summary summary;

static bool shortening, explicit_want, found, shorten = true, each = true;
static uint64_t best_cost, found_at;

static uint64_t cost(int n, int *preemptions, int *switches)
{
	const struct x_node *node;
	int i;

	*preemptions = *switches = 0;
	for (i = 1; i < n; i++) {
		node = &X.nodes[i];
		if (X.events[i].proc == X.events[i - 1].proc)
			continue;
		++*switches;
		if (node->enabled >> X.events[i - 1].proc & 1)
			++*preemptions;
	}
	return *switches * 10000ULL + n;
}

static void keep(const struct x_failure *f, bool to_the_end)
{
	int n = to_the_end ? X.nevents : f->event + 1, i, preemptions, switches;
	uint64_t c = cost(n, &preemptions, &switches);

	/* What is whole is shown rather than a part of something. */
	if (f->elsewhere)
		c += 1ULL << 40;
	if (found && f->kind == summary.kind && c >= best_cost)
		return;
	found = true;
	best_cost = c;
	summary.kind = f->kind;
	summary.partly = f->elsewhere;
	summary.preemptions = preemptions;
	summary.switches = switches;
	summary.nschedule = n;
	for (i = 0; i < n; i++)
		summary.schedule[i] = X.events[i].proc | X.nodes[i].value << 8;
	if (shortening) {
		X.most_switches = switches;
		X.most_steps = n;
	}
}

/**
 * x_on_execution() - an execution failed
 *
 * Return: true if the search need not go on.
 */
bool x_on_execution(void)
{
	const struct x_failure *f;
	bool stop = false;
	int i;

	for (i = 0; i < X.nfailures; i++) {
		f = &X.failures[i];
		summary.kinds |= 1u << f->kind;
		if (!(X.want >> f->kind & 1) ||
		    (shortening && f->kind != summary.kind))
			continue;
		/* The most telling kind is the one to show. */
		if (!found || f->kind <= summary.kind)
			keep(f, f->kind == LAB_X_LEAK);
		if (!found_at)
			found_at = X.executions;
		stop |= explicit_want && !X.all && !f->elsewhere &&
			f->kind != LAB_X_LIMIT;
	}
	if (shortening)
		return false;
	return stop || (found && !X.all && X.executions > found_at + COLLECT);
}

/**
 * x_on_restart() - what was one step is now several
 *
 * A schedule from before would run otherwise: it is to be found anew, and then
 * made shorter.
 *
 * Return: true if the search at hand has lost its sense.
 */
bool x_on_restart(void)
{
	best_cost = UINT64_MAX;
	found_at = 0;
	found = false;
	return shortening;
}

static void replay(const uint16_t *schedule, int n)
{
	int i;

	X.mode = X_NONE;
	X.bound = -1;
	X.replay = true;
	X.prefix = n;
	for (i = 0; i < n; i++) {
		X.nodes[i].choice = schedule[i] & 0xff;
		X.nodes[i].value = schedule[i] >> 8;
	}
	x_execute();
}

/*
 * Fewest switches, then fewest steps. A schedule has no more preemptions than
 * switches: once a bound has been searched to its end, no schedule with so
 * few switches is left.
 *
 * Return: false if a new race was met, and all that was found means nothing.
 */
static bool shorten_schedule(void)
{
	uint64_t executions = X.executions, redundant = X.redundant;
	uint64_t steps = X.total_steps, failing = X.failing;
	uint64_t restarts = X.restarts;
	const char *bounded_by = X.bounded_by;
	enum x_mode mode = X.mode;
	int deepest = X.deepest, bound = X.bound;
	bool all;

	shortening = true;
	X.mode = X_NONE;
	X.most_switches = summary.switches;
	X.most_steps = summary.nschedule;
	for (X.bound = 0; X.bound < summary.switches && X.bound <= MAX_BOUND;
	     X.bound++) {
		X.search_cap = MIN(SHORTEN_CAP,
				   SHORTEN_STEPS / (summary.nschedule + 1) + 1);
		all = x_search();
		summary.shortening += X.executions;
		if (!all)
			break;
		summary.shortest = summary.switches <= X.bound + 1;
	}
	X.most_switches = X.most_steps = X_EVENTS;
	X.search_cap = X.max_executions;
	X.mode = mode;
	X.bound = bound;
	X.executions = executions;
	X.redundant = redundant;
	X.total_steps = steps;
	X.failing = failing;
	X.deepest = deepest;
	X.restarts += restarts;
	X.bounded_by = bounded_by;
	shortening = false;
	return found;
}

static int parse_list(char *list, uint16_t *to)
{
	int n = 0;
	char *p;

	for (p = strtok(list, ","); p && n < X_EVENTS; p = strtok(NULL, ","))
		to[n++] = atoi(p);
	return n;
}

static void parse_want(char *list)
{
	char *p;
	int kind;

	/* A limit is wanted by nobody, but it ends what was searched. */
	X.want = 1u << LAB_X_LIMIT;
	explicit_want = true;
	for (p = strtok(list, ","); p; p = strtok(NULL, ",")) {
		kind = x_failure_by_name(p);
		if (kind < 0) {
			x_say("explore: there is no kind of failure called “%s”\n", p);
			exit(2);
		}
		X.want |= 1u << kind;
	}
}

/* A limit of the explorer is no failure of the code: it is told, and is not one. */
static void failed(bool only_limit)
{
	x_result(only_limit ? "limit" : "failed");
	exit(only_limit ? 3 : 1);
}

static void one_replay(char *list)
{
	static uint16_t schedule[X_EVENTS];
	int n = parse_list(list, schedule);
	int i;

	X.tracing = X.given = true;
	replay(schedule, n);
	if (X.nevents < n && X.cut) {
		x_result("diverged");
		exit(4);
	}
	summary.nschedule = n;
	memcpy(summary.schedule, schedule, n * sizeof(*schedule));
	summary.executions = 1;
	for (i = 0; i < X.nfailures; i++)
		summary.kinds |= 1u << X.failures[i].kind;
	if (X.nfailures)
		failed(summary.kinds == 1u << LAB_X_LIMIT);
	x_result("clean");
	exit(0);
}

/* One execution, as it is written; nothing is made shorter. */
static void guided(char *text)
{
	const struct x_failure *f;
	clock_t cpu = clock();
	uint64_t start = x_now_ns();
	bool kept;
	int i;

	X.guided = true;
	X.rounds = MOST_ROUNDS;
	if (!x_guide_parse(text)) {
		x_result("diverged");
		exit(4);
	}
	X.mode = X_NONE;
	X.tracing = true;
	do {
		x_execute();
		X.restarts += X.restart;
	} while (X.restart);
	kept = x_guide_ended();
	summary.executions = 1;
	summary.steps = summary.deepest = X.nevents;
	summary.seconds = (x_now_ns() - start) / 1e9;
	summary.cpu_seconds = (clock() - cpu) / (double)CLOCKS_PER_SEC;
	for (i = 0; i < X.nfailures; i++) {
		f = &X.failures[i];
		summary.kinds |= 1u << f->kind;
		if (X.want >> f->kind & 1 && (!found || f->kind < summary.kind))
			keep(f, f->kind == LAB_X_LEAK);
	}
	if (!found) {
		summary.nschedule = X.nevents;
		(void)cost(X.nevents, &summary.preemptions, &summary.switches);
		for (i = 0; i < X.nevents; i++)
			summary.schedule[i] = X.events[i].proc | X.nodes[i].value << 8;
	}
	if (kept && found)
		failed(summary.kind == LAB_X_LIMIT);
	x_result(kept ? "ran" : "diverged");
	exit(kept ? 0 : 4);
}

/* The counts of a search, as they are told. */
static void keep_counts(bool all)
{
	summary.executions = X.executions;
	summary.redundant = X.redundant;
	summary.steps = X.total_steps;
	summary.deepest = X.deepest;
	summary.failing = X.failing;
	summary.signatures = X.nsignatures;
	summary.bounded_by = all ? NULL : X.bounded_by;
	summary.covered = all ? 1 : x_covered();
	summary.rounds = X.rounds;
	summary.rounds_cut = X.rounds_cut;
	summary.endless_cut = X.endless_cut;
	summary.steps_cut = X.steps_cut;
}

/*
 * Loops that count went on by themselves after a few rounds. Each round for
 * itself may be too much; if it is not, nothing is left out.
 */
static void each_round(void)
{
	double limit = X.time_limit, spent = x_cpu_ns() / 1e9;
	double enough = spent + MAX(spent, 0.5);
	bool all;

	X.rounds = MOST_ROUNDS;
	X.rounds_cut = X.endless_cut = X.steps_cut = false;
	X.time_limit = limit > 0 ? MIN(limit, enough) : enough;
	x_forget_signatures();
	all = x_search();
	if (found && summary.kind == LAB_X_LIMIT) {
		/* Too much for the explorer is what this may be. */
		found = all = false;
		found_at = 0;
		summary.kinds &= ~(1u << LAB_X_LIMIT);
	}
	if (all || found)
		keep_counts(!found || X.bounded_by == NULL);
	else
		X.rounds = FEW_ROUNDS;
	X.time_limit = limit;
}

/*
 * The search was cut, depth first as it goes, and found nothing. What few
 * preemptions lead to may be at its other end: look there, unreduced.
 */
static void few_preemptions(void)
{
	double limit = X.time_limit;
	enum x_mode mode = X.mode;

	X.mode = X_NONE;
	for (X.bound = 0; X.bound <= 2 && !found && !X.interrupted; X.bound++) {
		X.time_limit = x_cpu_ns() / 1e9 + MAX(limit / 10, 1);
		X.search_cap = SHORTEN_CAP;
		(void)x_search();
	}
	X.mode = mode;
	X.bound = -1;
	X.time_limit = limit;
	X.search_cap = X.max_executions;
}

/* Return: whether that was all, within the bound. */
static bool search_once(void)
{
	bool all;

	if (each)
		X.rounds = FEW_ROUNDS;
	X.rounds_cut = X.endless_cut = X.steps_cut = summary.shortest = false;
	all = x_search();
	keep_counts(all);
	if (all && !found && X.rounds_cut && each)
		each_round();
	if (!all && !found && X.bound < 0 && X.time_limit > 0 && !X.max_executions)
		few_preemptions();
	return all;
}

static void search(void)
{
	uint64_t start = x_now_ns();
	enum x_mode mode = X.mode;
	clock_t cpu = clock();
	int bound = X.bound;
	bool all;

	X.start_ns = start;
	X.search_cap = X.max_executions;
	do {
		all = search_once();
		summary.seconds = (x_now_ns() - start) / 1e9;
		summary.cpu_seconds = (clock() - cpu) / (double)CLOCKS_PER_SEC;
	} while (found && shorten && !X.interrupted &&
		 summary.kind != LAB_X_LIMIT && !shorten_schedule());
	if (!found) {
		X.nprocs = 0;
		X.nfailures = X.nlog = X.nobjects = 0;
		x_result(all ? X.bound < 0 ? "clean" : "clean-within-bound" :
			 "cut");
		exit(all ? 0 : 3);
	}
	X.keep_signatures = false;
	X.tracing = true;
	X.partly = summary.partly;
	replay(summary.schedule, summary.nschedule);
	X.mode = mode;
	X.bound = bound;
	failed(summary.kind == LAB_X_LIMIT);
}

static struct {
	char *schedule, *result, *guide;
} asked;

/* What is searched, and how far. */
static bool search_option(int c)
{
	switch (c) {
	case 'm':
		X.mode = !strcmp(optarg, "none") ? X_NONE :
			 !strcmp(optarg, "sleep") ? X_SLEEP : X_DPOR;
		break;
	case 'b':
		X.bound = atoi(optarg);
		X.mode = X_NONE;
		break;
	case 'w':
		parse_want(optarg);
		break;
	case 'W':
		X.weak = true;
		break;
	case 'R':
		X.reuse = true;
		break;
	case 's':
		X.max_steps = MIN(atoi(optarg), X_EVENTS - 2);
		break;
	case 't':
		X.time_limit = atof(optarg);
		break;
	case 'e':
		X.max_executions = strtoull(optarg, NULL, 10);
		break;
	case 'n':
		X.no_races = true;
		break;
	case 'a':
		X.all = true;
		break;
	case 'L':
		X.word_writes = !strcmp(optarg, "kcsan");
		break;
	case 'N':
		X.rounds = MAX(atoi(optarg), 1);
		each = false;
		break;
	case 'S':
		shorten = false;
		break;
	default:
		return false;
	}
	return true;
}

/* What else is asked for. */
static bool other_option(int c)
{
	switch (c) {
	case 'p':
		X.progress = 1;
		break;
	case 'g':
		X.keep_signatures = true;
		break;
	case 'o':
		asked.result = optarg;
		break;
	case 'r':
		asked.schedule = optarg;
		break;
	case 'P':
		x_promote_cells(optarg);
		break;
	case 'O':
		x_order_get(optarg);
		break;
	case 'k':
		summary.kind = MAX(x_failure_by_name(optarg), 0);
		break;
	case 'E':
		x_guard_open(optarg);
		break;
	case 'G':
		asked.guide = optarg;
		break;
	case 'l':
		x_guide_collect();
		break;
	default:
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "reduction", 1, NULL, 'm' }, { "bound", 1, NULL, 'b' },
		{ "want", 1, NULL, 'w' }, { "weak", 0, NULL, 'W' },
		{ "reuse", 0, NULL, 'R' }, { "max-steps", 1, NULL, 's' },
		{ "time-limit", 1, NULL, 't' }, { "progress", 0, NULL, 'p' },
		{ "max-executions", 1, NULL, 'e' }, { "result", 1, NULL, 'o' },
		{ "replay", 1, NULL, 'r' }, { "promoted", 1, NULL, 'P' },
		{ "orders", 1, NULL, 'O' },
		{ "no-races", 0, NULL, 'n' }, { "no-shorten", 0, NULL, 'S' },
		{ "kind", 1, NULL, 'k' }, { "all", 0, NULL, 'a' },
		{ "entries", 1, NULL, 'E' }, { "signatures", 0, NULL, 'g' },
		{ "guide", 1, NULL, 'G' }, { "labels", 0, NULL, 'l' },
		{ "rounds", 1, NULL, 'N' },
		{ "rule", 1, NULL, 'L' }, { NULL },
	};
	int c;

	X.mode = X_DPOR;
	X.bound = -1;
	X.max_steps = 4000;
	X.want = ~0u;
	X.rounds = FEW_ROUNDS;
	X.most_switches = X.most_steps = X_EVENTS;
	X.nids = x_count_actors() + 1;
	x_coro_init();
	x_mem_init();
	x_race_init();
	x_search_init();
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (!search_option(c) && !other_option(c))
			return 2;
	}
	x_check_actors();
	x_result_open(asked.result);
	x_watchdog(true);
	if (asked.schedule)
		one_replay(asked.schedule);
	if (asked.guide)
		guided(asked.guide);
	search();
}
