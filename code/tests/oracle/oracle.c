// SPDX-License-Identifier: GPL-2.0-only
/*
 * An oracle for the explorer: visits every state that a small program can be
 * in, and says which outcomes it can have and which kinds of failures.
 *
 *	oracle [--delayed] [--most STATES] < programs
 *
 * No reduction, no schedules, no bounds: states are nodes, steps are edges. A
 * deadlock is a state in which nobody can go on. A livelock is a set of states
 * that can be gone round for ever by a fair scheduler: everybody who could go
 * on again and again does so (Emerson and Lei's way of looking for it).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

typedef unsigned __int128 agents;

struct edge {
	uint32_t to;
	uint8_t agent;
};

struct node {
	uint64_t hash[2];
	agents enabled;
	uint32_t edges, nedges;
};

static struct program current;
static struct node *nodes;
static struct edge *edges;
static uint32_t *table, *part, most_states = 300000;
static uint32_t nnodes, nedges, max_edges, table_size;
static char **outcomes;
static int noutcomes;
static struct { struct state *states; uint32_t *ids; int n, max; } todo;

static void *have(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (!p) {
		fprintf(stderr, "oracle: no memory\n");
		exit(3);
	}
	return p;
}

/* Two independent sums over the whole state: 128 bits don't collide by chance. */
static void hash_of(const struct state *s, uint64_t hash[2])
{
	const uint64_t *w = (const uint64_t *)s;
	uint64_t a = 0x243f6a8885a308d3, b = 0x13198a2e03707344;
	size_t i;

	for (i = 0; i < sizeof(*s) / 8; i++) {
		a = (a ^ w[i]) * 0x9e3779b97f4a7c15;
		a ^= a >> 29;
		b = (b + w[i]) * 0xd6e8feb86659fd93;
		b ^= b >> 32;
	}
	hash[0] = a;
	hash[1] = b;
}

/* The state's number; a new one is to be visited. */
static uint32_t number_of(const struct state *s)
{
	uint64_t hash[2];
	uint32_t at;

	hash_of(s, hash);
	for (at = hash[0] % table_size; table[at]; at = (at + 1) % table_size)
		if (!memcmp(nodes[table[at] - 1].hash, hash, sizeof(hash)))
			return table[at] - 1;
	if (nnodes == most_states) {
		too_big = true;
		return 0;
	}
	table[at] = ++nnodes;
	nodes[nnodes - 1] = (struct node){ .hash = { hash[0], hash[1] } };
	if (todo.n == todo.max) {
		todo.max = todo.max ? 2 * todo.max : 1024;
		todo.states = have(todo.states, todo.max * sizeof(*s));
		todo.ids = have(todo.ids, todo.max * sizeof(*todo.ids));
	}
	todo.states[todo.n] = *s;
	todo.ids[todo.n++] = nnodes - 1;
	return nnodes - 1;
}

static void keep_outcome(const struct state *s)
{
	char text[256];
	int used = 0, t, i;

	for (t = 0; t < program->actors; t++)
		for (i = 0; i < REGS / 2; i++)
			used += sprintf(text + used, "%d ", s->thread[t].reg[i]);
	for (i = 0; i < GLOBALS - 1; i++)
		used += sprintf(text + used, i ? " %d" : "%d", s->mem[i]);
	for (i = 0; i < noutcomes; i++)
		if (!strcmp(outcomes[i], text))
			return;
	outcomes = have(outcomes, (noutcomes + 1) * sizeof(*outcomes));
	outcomes[noutcomes++] = strdup(text);
}

/* All is done: what the pointer still leads to is given back, the rest leaked. */
static void finish(const struct state *s)
{
	int i;

	for (i = 0; i < OBJECTS; i++)
		if (s->object[i] == ALIVE && s->mem[GLOBALS - 1] != i + 1)
			found |= 1u << LEAK;
	i = s->mem[GLOBALS - 1];
	if (i && s->object[i - 1] == DEAD)
		found |= 1u << DOUBLE_FREE;
	else
		keep_outcome(s);
}

static void keep_edge(struct node *n, uint32_t to, int agent)
{
	if (nedges == max_edges) {
		max_edges = max_edges ? 2 * max_edges : 4096;
		edges = have(edges, max_edges * sizeof(*edges));
	}
	edges[nedges++] = (struct edge){ to, agent };
	n->nedges++;
}

static void visit(uint32_t id, const struct state *s)
{
	struct node *n = &nodes[id];
	int agent, way;

	if (over(s)) {
		finish(s);
		return;
	}
	n->edges = nedges;
	for (agent = 0; agent < AGENTS; agent++) {
		if (!can_step(s, agent))
			continue;
		n->enabled |= (agents)1 << agent;
		for (way = 0; way < ways(s, agent); way++) {
			struct state next = *s;

			if (step(&next, agent, way))
				keep_edge(n, number_of(&next), agent);
		}
	}
	if (!n->enabled)
		found |= 1u << DEADLOCK;
}

/*
 * Parts of the graph in which each state leads to each other one, within the
 * states whose part is @in: Tarjan's way, with a stack of our own. Each gets a
 * number of its own, from @fresh on.
 */
static uint32_t divide(uint32_t in, uint32_t fresh)
{
	struct { uint32_t nth, low, at; } *seen = calloc(nnodes, sizeof(*seen));
	uint32_t *stack = have(NULL, nnodes * 4), *path = have(NULL, nnodes * 4);
	uint32_t count = 0, nstack = 0, npath = 0, n, v, root;

	for (root = 0; root < nnodes; root++) {
		if (part[root] != in)
			continue;
		seen[root].nth = seen[root].low = ++count;
		path[npath++] = stack[nstack++] = root;
		while (npath) {
			n = path[npath - 1];
			if (seen[n].at < nodes[n].nedges) {
				v = edges[nodes[n].edges + seen[n].at++].to;
				if (part[v] != in)
					continue;
				if (!seen[v].nth) {
					seen[v].nth = seen[v].low = ++count;
					path[npath++] = stack[nstack++] = v;
				} else if (seen[v].nth < seen[n].low) {
					seen[n].low = seen[v].nth;
				}
				continue;
			}
			v = --npath ? path[npath - 1] : n;
			if (seen[n].low < seen[v].low)
				seen[v].low = seen[n].low;
			if (seen[n].low != seen[n].nth)
				continue;
			do {
				v = stack[--nstack];
				part[v] = fresh;
			} while (v != n);
			fresh++;
		}
	}
	free(seen);
	free(stack);
	free(path);
	return fresh;
}

/*
 * Who can go on somewhere in a part and never does within it would be wronged
 * by going round there for ever: such states are left out, and what is left of
 * the part is divided again. A part in which nobody is wronged is a livelock.
 */
static bool goes_round(void)
{
	struct { agents can, does; bool round; } *all;
	uint32_t in = 1, end, n, e, left;
	bool livelock = false;

	part = have(part, nnodes * sizeof(*part));
	for (n = 0; n < nnodes; n++)
		part[n] = in;
	do {
		end = divide(in, in + 1);
		all = calloc(end, sizeof(*all));
		for (n = 0; n < nnodes; n++) {
			if (part[n] <= in)
				continue;
			all[part[n]].can |= nodes[n].enabled;
			for (e = 0; e < nodes[n].nedges; e++) {
				struct edge *x = &edges[nodes[n].edges + e];

				if (part[x->to] != part[n])
					continue;
				all[part[n]].does |= (agents)1 << x->agent;
				all[part[n]].round = true;
			}
		}
		for (left = n = 0; n < nnodes; n++) {
			agents wronged = all[part[n]].can & ~all[part[n]].does;

			if (part[n] <= in)
				continue;
			livelock |= all[part[n]].round && !wronged;
			if (all[part[n]].round && !(nodes[n].enabled & wronged)) {
				part[n] = end;
				left++;
			} else {
				part[n] = 0;
			}
		}
		free(all);
		in = end;
	} while (left && !livelock);
	return livelock;
}

static void search(void)
{
	static struct state s;
	uint32_t id;

	memset(table, 0, table_size * sizeof(*table));
	nnodes = nedges = todo.n = noutcomes = 0;
	found = 0;
	too_big = false;
	program = &current;
	start(&s);
	number_of(&s);
	while (todo.n && !too_big) {
		s = todo.states[--todo.n];
		id = todo.ids[todo.n];
		visit(id, &s);
	}
	if (!too_big && goes_round())
		found |= 1u << LIVELOCK;
}

static void tell(void)
{
	static const char *const names[KINDS] = {
		"data-race", "use-after-free", "double-free",
		"null-dereference", "leak", "deadlock", "livelock",
		"invariant", "rcu-misuse",
	};
	bool first = true;
	int i;

	printf("{\"name\":\"%s\",\"states\":%u,\"too_big\":%s,\"kinds\":[",
	       current.name, nnodes, too_big ? "true" : "false");
	for (i = 0; i < KINDS; i++) {
		if (!(found >> i & 1))
			continue;
		printf("%s\"%s\"", first ? "" : ",", names[i]);
		first = false;
	}
	printf("],\"outcomes\":[");
	for (i = 0; i < noutcomes; i++) {
		printf("%s\"%s\"", i ? "," : "", outcomes[i]);
		free(outcomes[i]);
	}
	printf("]}\n");
}

static int op_named(const char *name)
{
	static const char *const names[OPCODES] = {
		"read", "write", "xchg", "cas", "add", "fence", "region", "lock",
		"unlock", "trylock", "read_lock", "read_unlock", "complete",
		"wait_for", "rcu_lock", "rcu_unlock", "gp_begin", "gp_end",
		"call_rcu", "alloc", "free", "choose", "prepare", "sleep",
		"wake", "set", "inc", "branch", "jump",
		"expect", "exit",
	};
	int i;

	for (i = 0; i < OPCODES; i++)
		if (!strcmp(names[i], name))
			return i;
	fprintf(stderr, "oracle: there is no “%s”\n", name);
	exit(2);
}

/* "program NAME x y z p", "thread", "callback", an instruction, "end" */
static void read_line(const char *line)
{
	static int t, n;
	char word[32];
	int v[4] = { 0 }, i;

	if (sscanf(line, "%31s", word) != 1)
		return;
	if (!strcmp(word, "program")) {
		bool delayed = current.delayed;

		memset(&current, 0, sizeof(current));
		current.delayed = delayed;
		sscanf(line, "program %31s %d %d %d %d", current.name, &v[0],
		       &v[1], &v[2], &v[3]);
		for (i = 0; i < GLOBALS; i++)
			current.start[i] = v[i];
	} else if (!strcmp(word, "thread") || !strcmp(word, "callback")) {
		t = *word == 't' ? current.actors++ : ACTORS;
		n = 0;
	} else if (!strcmp(word, "end")) {
		search();
		tell();
	} else {
		sscanf(line, "%*s %d %d %d %d", &v[0], &v[1], &v[2], &v[3]);
		if (n == CODE || t > ACTORS) {
			fprintf(stderr, "oracle: %s is too long\n", current.name);
			exit(2);
		}
		current.code[t][n++] = (struct insn){
			op_named(word), v[0], v[1], v[2], v[3],
		};
	}
}

int main(int argc, char **argv)
{
	char line[100];
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--delayed"))
			current.delayed = true;
		else if (!strcmp(argv[i], "--most") && i + 1 < argc)
			most_states = atoi(argv[++i]);
	}
	table_size = 2 * most_states + 1;
	table = calloc(table_size, sizeof(*table));
	nodes = calloc(most_states, sizeof(*nodes));
	if (!table || !nodes)
		return 3;
	while (fgets(line, sizeof(line), stdin))
		read_line(line);
	return 0;
}
