// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes: the actors of the scenario, and what they beget: callbacks,
 * works, interrupts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "engine.h"

static const char *still_holds(struct x_proc *me)
{
	uintptr_t pc;
	int i;

	if (me->nheld)
		return "a lock";
	/* It may have released one by a store that others don't see yet. */
	for (i = 0; i < me->nbits; i++)
		if (x_bit_holder(me->bits[i].word, me->bits[i].mask, &pc) == me &&
		    x_weak_view(me - X.proc, (uintptr_t)me->bits[i].word,
				sizeof(long)) & me->bits[i].mask)
			return "a bit lock";
	if (me->rcu)
		return "an RCU read-side critical section";
	if (me->preempt)
		return "preemption disabled";
	if (me->irq_off && (me->kind != 'i' || me->soft))
		return "interrupts disabled";
	if (me->bh_off)
		return "bottom halves disabled";
	return NULL;
}

/*
 * It is on the CPU of its host: what was done there while such handlers were
 * kept away is done.
 */
static void enter_interrupt(struct x_proc *me)
{
	struct x_proc *host = &X.proc[me->host];

	me->below = host->top;
	host->top = X.cur;
	x_region_enter(me->start_op.pc);
	me->inside = true;
	me->irq_off = !me->soft;
	x_acquire(&host->irq[me->soft]);
}

static void leave_interrupt(struct x_proc *me)
{
	struct x_proc *host = &X.proc[me->host];
	struct x_op op;

	me->irq_off = me->inside = false;
	x_region_leave(me->start_op.pc);
	x_op_simple(&op, X_OP_IRQ_EXIT, 0, true, me->start_op.pc);
	x_foot(&op, X_CELL_IRQ + me->host, true);
	x_step(&op);
	x_release(&host->irq[me->soft]);
	host->top = me->below;
}

static void run_actor(void *arg)
{
	const struct lab_actor *actor = arg;
	struct x_proc *me = x_me();
	const char *what;

	if (me->kind == 'i')
		enter_interrupt(me);
	actor->run();
	x_loop_probed();
	x_returned(x_stack_top(X.cur), (uintptr_t)actor->run + 1);
	x_settle_value(me);
	what = still_holds(me);
	if (what)
		x_fail(LAB_X_LOCK, (uintptr_t)actor->run + 1, 0,
		       "%s ends and still has %s", me->name, what);
	if (me->kind == 'i')
		leave_interrupt(me);
	me->state = X_DONE;
	x_dispatch();
}

static void run_child(void *arg)
{
	struct x_proc *me = x_me();
	const char *what;

	((void (*)(void *))me->start_op.arg)(arg);
	x_loop_probed();
	x_returned(x_stack_top(X.cur), me->start_op.pc);
	x_settle_value(me);
	what = still_holds(me);
	if (what)
		x_fail(LAB_X_LOCK, me->start_op.pc, 0,
		       "%s ends and still has %s", me->name, what);
	me->inside = false;
	x_region_leave(me->start_op.pc);
	me->state = X_DONE;
	x_work_done(me);
	x_dispatch();
}

void x_start(int id, char kind, const char *name, void (*run)(void *),
		  void *arg)
{
	struct x_proc *p = &X.proc[id];

	x_clear(p);
	p->kind = kind;
	p->name = name;
	p->run = run;
	p->arg = arg;
	p->host = -1;
	p->top = id;
	p->low = x_stack_top(id);
	p->parent = X.cur;
	p->unlock_event = p->writing = p->log_writing = -1;
	p->sync = X.proc[X.cur].sync;
	p->dep = X.proc[X.cur].dep;
	p->sync[id] = 1;
	p->op = &p->start_op;
	p->state = X_NEW;
	p->sp = x_coro_prepare(id, x_enter);
	if (id >= X.nprocs)
		X.nprocs = id + 1;
}

/*
 * Who is a parent's nth child keeps its number for good, whatever the order
 * in which parents spawn: the reduction compares executions by it.
 */
int x_child_id(int parent, int nth)
{
	if (nth >= X_PROCS)
		return -1;
	if (!X.spawn_id[parent][nth]) {
		if (X.nids == X_PROCS)
			return -1;
		X.spawn_id[parent][nth] = X.nids++;
	}
	return X.spawn_id[parent][nth];
}

/* Numbered as they first come up, each kind for itself. */
static const char *child_name(char kind, int id)
{
	static char names[X_PROCS][24], kinds[X_PROCS];
	static int nth[128];
	const char *what = kind == 'c' ? "callback" :
			   kind == 'w' ? "work" : "buffer";

	if (kinds[id] != kind) {
		kinds[id] = kind;
		snprintf(names[id], sizeof(names[id]), "%s %d", what,
			 ++nth[(int)kind]);
	}
	return names[id];
}

/* The children of a process: callbacks, works and store buffers. */
int x_spawn(char kind, void (*run)(void *), void *arg, enum x_kind first,
	    uintptr_t pc)
{
	struct x_proc *me = x_me(), *p;
	int id = x_child_id(X.cur, me->spawned++);

	if (id < 0) {
		x_fail(LAB_X_LIMIT, pc, 0,
		       "%s has more callbacks and works than the explorer can keep apart",
		       me->name);
		return -1;
	}
	x_start(id, kind, "", run_child, arg);
	p = &X.proc[id];
	p->name = child_name(kind, id);
	x_op_simple(&p->start_op, first, 0, false, pc);
	p->start_op.blocking = true;
	p->start_op.arg = (uintptr_t)run;
	p->op = &p->start_op;
	p->state = X_PARKED;
	return id;
}

unsigned int lab_x_used(enum lab_used_what what)
{
	return what < LAB_USED_NR ? x_me()->used[what] : 0;
}

/* The list has room for one more than there may be: for its end. */
int x_count_actors(void)
{
	int n = 0;

	while (n <= LAB_MAX_ACTORS && lab_scenario.actors[n].name)
		n++;
	if (n > LAB_MAX_ACTORS) {
		x_say("explore: the scenario has more than %d actors; leave some out, or let one make several calls\n",
		      LAB_MAX_ACTORS);
		exit(2);
	}
	return n;
}

static int actor_named(const char *name)
{
	int i;

	for (i = 0; lab_scenario.actors[i].name; i++)
		if (!strcmp(lab_scenario.actors[i].name, name))
			return i + 1;
	return -1;
}

/* Whose CPU an interrupt comes to; or why it can't. */
static int host_of(const struct lab_actor *actor, const char **why)
{
	int host = actor_named(actor->interrupts);
	const struct lab_actor *other = &lab_scenario.actors[MAX(host, 1) - 1];

	*why = host < 0 ? "which is no actor" :
	       other == actor ? "which is itself" :
	       !other->interrupts ? NULL :
	       !other->softirq ? "a hard interrupt, which nothing interrupts" :
	       actor->softirq ? "a softirq, which only a hard interrupt does" :
	       NULL;
	return *why || !other->interrupts ? host : host_of(other, why);
}

void x_check_actors(void)
{
	const struct lab_actor *actor = lab_scenario.actors;
	const char *why;

	for (; actor->name; actor++) {
		if (!actor->interrupts)
			continue;
		host_of(actor, &why);
		if (!why)
			continue;
		x_say("explore: “%s” interrupts “%s”, %s\n", actor->name,
		      actor->interrupts, why);
		exit(2);
	}
}

void x_start_actors(void)
{
	const struct lab_actor *actor = lab_scenario.actors;
	struct x_proc *p, *q;
	const char *why;
	int i;

	for (i = 0; actor[i].name; i++)
		x_start(i + 1, actor[i].interrupts ? 'i' : 'p', actor[i].name,
		      run_actor, (void *)&actor[i]);
	for (i = 0; actor[i].name; i++) {
		if (!actor[i].interrupts)
			continue;
		p = &X.proc[i + 1];
		p->host = host_of(&actor[i], &why);
		p->soft = actor[i].softirq;
		X.proc[p->host].has_guest = true;
		x_op_simple(&p->start_op, X_OP_IRQ_ENTER, 0, true,
			    (uintptr_t)actor[i].run + 1);
		x_foot(&p->start_op, X_CELL_IRQ + p->host, true);
		p->start_op.blocking = true;
		p->op = &p->start_op;
		p->state = X_PARKED;
	}
	/* A hard one may come on top of each softirq of that CPU. */
	for (p = &X.proc[1]; p <= &X.proc[i]; p++)
		for (q = &X.proc[1]; p->soft && q <= &X.proc[i]; q++)
			p->has_guest |= q->host == p->host && !q->soft;
}
