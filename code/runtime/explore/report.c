// SPDX-License-Identifier: GPL-2.0-only
/*
 * Failures, the trace of the execution at hand, and the result as JSON.
 *
 * The result goes to a file that the front end made. Whoever reads it takes
 * no result, or half of one, for a failure of its own: code that brings the
 * explorer down is never clean.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "lab.h"

/* The linker's: where the program begins, its code ends, and its data. */
extern char __executable_start[], etext[], end[];

static const char *const names[LAB_X_NR] = {
	[LAB_X_USE_AFTER_FREE] = "use-after-free",
	[LAB_X_DOUBLE_FREE] = "double-free",
	[LAB_X_LEAK] = "leak",
	[LAB_X_NULL] = "null-dereference",
	[LAB_X_WILD] = "wild-access",
	[LAB_X_OUT_OF_BOUNDS] = "out-of-bounds",
	[LAB_X_LIST] = "list-corruption",
	[LAB_X_MISALIGNED] = "misaligned-access",
	[LAB_X_RACE] = "data-race",
	[LAB_X_SLEEP] = "sleep-in-atomic",
	[LAB_X_RCU] = "rcu-misuse",
	[LAB_X_LOCK] = "lock-misuse",
	[LAB_X_ORDER] = "lock-order",
	[LAB_X_DEADLOCK] = "deadlock",
	[LAB_X_LIVELOCK] = "livelock",
	[LAB_X_BUG] = "bug-on",
	[LAB_X_VIOLATED] = "violated-rule",
	[LAB_X_INVARIANT] = "invariant",
	[LAB_X_WARNING] = "warning",
	[LAB_X_ENDLESS] = "endless",
	[LAB_X_MEMORY] = "endless-memory",
	[LAB_X_STACK] = "stack-overflow",
	[LAB_X_FAULT] = "fault",
	[LAB_X_LIMIT] = "limit",
};

/* After these the execution can't go on: nothing that follows would mean
 * anything. The others are noted, and it goes on: one flaw hides another. */
static const uint32_t hard = 1u << LAB_X_USE_AFTER_FREE |
	1u << LAB_X_DOUBLE_FREE | 1u << LAB_X_NULL | 1u << LAB_X_WILD |
	1u << LAB_X_OUT_OF_BOUNDS | 1u << LAB_X_LIST |
	1u << LAB_X_BUG | 1u << LAB_X_DEADLOCK |
	1u << LAB_X_LIVELOCK | 1u << LAB_X_ENDLESS | 1u << LAB_X_MEMORY |
	1u << LAB_X_STACK | 1u << LAB_X_LIMIT;

static FILE *out;

int x_failure_by_name(const char *name)
{
	int i;

	for (i = 0; i < LAB_X_NR; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/**
 * lab_explorer_failed_here() - the failing step of a replay is about to be
 * made, by the process that is running: break here in a debugger
 */
noinline void lab_explorer_failed_here(void)
{
	__asm__ __volatile__("" : : : "memory");
}

/**
 * x_fail() - something is wrong
 * @kind: what
 * @pc: where in the code
 * @addr: of what
 * @fmt: in words
 *
 * Does not return if the execution can't go on.
 */
void x_fail(enum lab_x_failure kind, uintptr_t pc, uintptr_t addr,
	    const char *fmt, ...)
{
	struct x_failure *f = &X.failures[X.nfailures];
	bool last = X.hard || hard >> kind & 1;
	va_list ap;
	int i;

	if (x_grace_doubted(kind)) {
		X.restart = true;
		x_end_execution();
	}
	/* The same at the same place is the same. */
	for (i = 0; i < X.nfailures; i++)
		if (X.failures[i].kind == kind && X.failures[i].pc == pc &&
		    X.failures[i].proc == X.cur)
			break;
	if (i == X.nfailures && X.nfailures < X_FAILURES) {
		memset(f, 0, sizeof(*f));
		f->kind = kind;
		f->proc = X.cur;
		f->other_proc = f->other_event = -1;
		f->event = X.nevents - 1;
		f->pc = pc;
		f->addr = addr;
		f->object = x_object_at(addr);
		va_start(ap, fmt);
		vsnprintf(f->text, sizeof(f->text), fmt, ap);
		va_end(ap);
		X.nfailures++;
		if (X.tracing)
			x_note('v', pc, addr, 0, false, f->text);
		if (X.tracing && (X.replay || X.guided))
			lab_explorer_failed_here();
	}
	if (last) {
		X.hard = true;
		x_end_execution();
	}
}

/* The other party to the last failure: who freed, who else accessed. */
void x_fail_other(int proc, int event, uintptr_t pc)
{
	struct x_failure *f;

	if (!X.nfailures)
		return;
	f = &X.failures[X.nfailures - 1];
	if (f->other_pc)
		return;
	f->other_proc = proc;
	f->other_event = event;
	f->other_pc = pc;
}

/* The functions that led there. The explored code keeps its frame pointers. */
static void note_calls(struct x_log *l)
{
	uintptr_t top = x_stack_top(l->proc), frame = X.proc[l->proc].frame;
	uintptr_t low = top - X_STACK_PROC + 2 * X_PAGE, *at;
	int n;

	memset(l->calls, 0, sizeof(l->calls));
	for (n = 0; n < X_CALLS; n++) {
		if (frame % 8 || frame < low || frame > top - 16)
			return;
		at = (uintptr_t *)frame;
		l->calls[n] = at[1];
		low = frame + 8;
		frame = at[0];
	}
}

/* Each lock is known by the words that it was initialised with. */
static const char *lock_at(uint8_t kind, uintptr_t addr)
{
	const struct lab_x_lock *l = (void *)addr;

	switch (kind) {
	case X_OP_LOCK:
	case X_OP_UNLOCK:
	case X_OP_READ_LOCK:
	case X_OP_READ_UNLOCK:
	case X_OP_TRYLOCK:
	case X_OP_LOCK_INIT:
		return l->magic == LAB_X_LOCK_MAGIC ? l->name : NULL;
	}
	return NULL;
}

void x_note(char what, uintptr_t pc, uintptr_t addr, size_t size, bool write,
	    const char *text)
{
	struct x_log *l = &X.log[X.nlog];

	if (!X.tracing || X.nlog == X_LOG || (x_loop_untold() && what != 'v'))
		return;
	l->what = what;
	l->proc = X.cur;
	if (what == 'e')
		l->proc = X.events[X.nevents - 1].proc;
	l->size = size;
	l->write = write;
	l->event = X.nevents - 1;
	l->pc = pc;
	l->addr = addr;
	l->value = write ? 0 : x_load(addr, size);
	l->text = text;
	if (what == 'e')
		l->text = lock_at(X.events[X.nevents - 1].kind, addr);
	note_calls(l);
	if (what == 'p' && write)
		x_me()->log_writing = X.nlog;
	X.nlog++;
}

void lab_violated(enum lab_rule rule, const void *object)
{
	static const char *const rules[LAB_NR_RULES] = {
		[LAB_DEAD_NAMESPACE] = "a namespace was reached after its last reference",
		[LAB_FREED_TWICE] = "an object went through its free path a second time",
		[LAB_NOT_MINE] = "a task's own read saw namespaces that are not its own",
		[LAB_DEAD_PID] = "a struct pid was reached after it was freed",
		[LAB_STALE_DENTRY] = "a look-up returned what was made for a task that was dead",
		[LAB_BUSY_INODES] = "an instance of /proc was unmounted under its inodes",
		[LAB_LEAK] = "an object still lives when all who could hold it are gone",
	};

	x_fail(LAB_X_VIOLATED, X_PC(), (uintptr_t)object, "%s",
	       rule < LAB_NR_RULES ? rules[rule] : "a rule was broken");
}

void lab_x_unexpected(const char *text)
{
	x_fail(LAB_X_INVARIANT, X_PC(), 0, "not so: %s", text);
}

/* What is told changes nothing. That it can be read, its caller has seen to. */
void lab_x_printk(const char *fmt, ...)
{
	(void)fmt;
}

void lab_x_warn(const char *text)
{
	x_fail(LAB_X_WARNING, X_PC(), 0, "%s", text);
}

void lab_x_bug(const char *text)
{
	x_fail(LAB_X_BUG, X_PC(), 0, "%s", text);
}

/* Nothing that follows would mean anything: a skeleton does nothing there. */
void lab_x_todo(const char *task, const char *function)
{
	X.hard = true;
	x_fail(LAB_X_INVARIANT, X_PC(), 0, "task %s is not written yet: %s()",
	       task, function);
}

void lab_point_reached(const char *label);
void lab_point_reached(const char *label)
{
	x_settle_value(x_me());
	x_note('l', X_PC(), 0, 0, false, label);
	x_guide_passed(label);
}

void x_put_string(FILE *to, const char *s)
{
	fputc('"', to);
	for (; s && *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', to);
		if ((unsigned char)*s >= ' ')
			fputc(*s, to);
	}
	fputc('"', to);
}

static void string(const char *s)
{
	x_put_string(out, s);
}

static const char *const kinds[X_OP_NR] = {
	"read", "write", "read-modify-write", "free", "lock", "unlock",
	"read-lock", "read-unlock", "trylock", "lock-init", "bit-lock",
	"bit-unlock",
	"rcu-read-lock", "rcu-read-unlock", "grace-period-begins",
	"grace-period-ends", "call-rcu", "callback", "barrier-begins",
	"rcu-barrier", "complete", "wait-for-completion", "wake-up",
	"prepare-to-wait", "wait", "queue-work", "work", "flush-work",
	"irq-off", "irq-on", "bh-on", "irq-enter", "irq-exit", "fence", "commit", "join",
	"point", "choice",
};

static void put_object(uintptr_t addr)
{
	int o = x_object_at(addr);

	if (o < 0)
		return;
	fprintf(out, ",\"object\":%d,\"offset\":%ld", o,
		(long)(addr - X.objects[o].base));
}

static void put_log(void)
{
	const struct x_event *e;
	int i, n;

	fprintf(out, "\"image\":[%lu,%lu,%lu],\n\"log\":[",
		(unsigned long)__executable_start, (unsigned long)etext,
		(unsigned long)end);
	for (i = 0; i < X.nlog; i++) {
		const struct x_log *l = &X.log[i];

		fprintf(out, "%s{\"what\":\"%c\",\"process\":%d,\"step\":%d,\"pc\":%lu",
			i ? ",\n" : "", l->what, l->proc, l->event,
			(unsigned long)l->pc);
		if (l->what == 'e') {
			e = &X.events[l->event];
			fprintf(out, ",\"kind\":\"%s\",\"value\":%llu,\"size\":%d",
				kinds[e->kind], (unsigned long long)e->value,
				e->size);
		} else if (l->what == 'p') {
			fprintf(out, ",\"kind\":\"%s\",\"value\":%llu,\"size\":%d",
				l->write ? "write" : "read",
				(unsigned long long)l->value, l->size);
		}
		if (l->addr) {
			fprintf(out, ",\"address\":%lu", (unsigned long)l->addr);
			put_object(l->addr);
		}
		fprintf(out, ",\"calls\":[");
		for (n = 0; n < X_CALLS && l->calls[n]; n++)
			fprintf(out, "%s%lu", n ? "," : "",
				(unsigned long)l->calls[n]);
		fprintf(out, "]");
		if (l->text) {
			fprintf(out, ",\"text\":");
			string(l->text);
		}
		fprintf(out, "}");
	}
	fprintf(out, "],\n");
}

static void put_failures(void)
{
	int i;

	for (i = 0; i < X.nfailures; i++) {
		const struct x_failure *f = &X.failures[i];

		fprintf(out, "%s{\"kind\":\"%s\",\"process\":%d,\"step\":%d,\"pc\":%lu,\"address\":%lu,\"other_process\":%d,\"other_step\":%d,\"other_pc\":%lu,\"text\":",
			i ? "," : "", names[f->kind], f->proc, f->event,
			(unsigned long)f->pc, (unsigned long)f->addr,
			f->other_proc, f->other_event,
			(unsigned long)f->other_pc);
		string(f->text);
		fprintf(out, "}");
	}
}

/* Nobody can go on: who waits for what, and who keeps it. */
static void put_stuck(void)
{
	bool first = true;
	int p;

	for (p = 0; p < X.nprocs; p++) {
		const struct x_proc *q = &X.proc[p];

		if (!X.nfailures || q->state != X_PARKED || q->kind == 'b' ||
		    q->op->kind == X_OP_JOIN ||
		    (summary.kind != LAB_X_DEADLOCK &&
		     summary.kind != LAB_X_LIVELOCK))
			continue;
		fprintf(out, "%s{\"process\":%d", first ? "" : ",", p);
		x_put_blocked(out, p, kinds);
		fprintf(out, "}");
		first = false;
	}
}

static void put_objects(void)
{
	int i;

	for (i = 0; i < X.nobjects; i++) {
		const struct x_object *o = &X.objects[i];

		fprintf(out, "%s{\"address\":%lu,\"size\":%u,\"by\":%d,\"pc\":%lu}",
			i ? "," : "", (unsigned long)o->base, o->size,
			o->alloc_proc, (unsigned long)o->alloc_pc);
	}
}

static void put_processes(void)
{
	int i;

	for (i = 0; i < X.nprocs; i++) {
		fprintf(out, "%s{\"name\":", i ? "," : "");
		string(X.proc[i].state == X_UNUSED ? "" : X.proc[i].name);
		fprintf(out, ",\"kind\":\"%c\"}", X.proc[i].kind ?
			X.proc[i].kind : '-');
	}
}

void x_result_open(const char *path)
{
	out = path ? fopen(path, "we") : stdout;
	if (!out) {
		x_say("explore: %s: %s\n", path, strerror(errno));
		_exit(3);
	}
}

/* What was searched: in which way, and how much. */
static void put_counts(const char *verdict)
{
	static const char *const modes[] = { "none", "sleep", "dpor" };

	fprintf(out, "{\"verdict\":\"%s\",\"reduction\":\"%s\",\"bound\":%d,\"weak\":%s,\"executions\":%llu,\"redundant\":%llu,\"steps\":%llu,\"deepest\":%d,\"failing\":%llu,\"restarts\":%llu,\"shortening\":%llu,\"signatures\":%llu,\"shortest\":%s,\"covered\":%.6f,\"rounds\":%d,\"rounds_cut\":%s,\"endless_cut\":%s,\"steps_cut\":%s,\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"bounded_by\":",
		verdict, modes[X.mode], X.bound, X.weak ? "true" : "false",
		(unsigned long long)summary.executions,
		(unsigned long long)summary.redundant,
		(unsigned long long)summary.steps, summary.deepest,
		(unsigned long long)summary.failing,
		(unsigned long long)X.restarts,
		(unsigned long long)summary.shortening,
		(unsigned long long)summary.signatures,
		summary.shortest || !summary.switches ? "true" : "false",
		summary.covered, summary.rounds,
		summary.rounds_cut ? "true" : "false",
		summary.endless_cut ? "true" : "false",
		summary.steps_cut ? "true" : "false",
		summary.seconds, summary.cpu_seconds);
	string(summary.bounded_by);
}

void x_result(const char *verdict)
{
	bool first = true;
	int i;

	put_counts(verdict);
	fprintf(out, ",\"kinds\":[");
	for (i = 0; i < LAB_X_NR; i++) {
		if (!(summary.kinds >> i & 1))
			continue;
		fprintf(out, "%s\"%s\"", first ? "" : ",", names[i]);
		first = false;
	}
	fprintf(out, "],\n");
	x_outcome_result(out);
	x_guide_result(out, kinds);
	fprintf(out, "\"processes\":[");
	put_processes();
	fprintf(out, "],\n\"signature_list\":[");
	for (i = 0, first = true; X.keep_signatures &&
	     i < (int)X.max_signatures && X.nsignatures <= 200000; i++) {
		if (!X.signatures[i])
			continue;
		fprintf(out, "%s%llu", first ? "" : ",",
			(unsigned long long)X.signatures[i]);
		first = false;
	}
	fprintf(out, "],\n\"promoted\":[");
	for (i = 0, first = true; summary.nschedule && i < X_CELLS;
	     i++) {
		if (!x_promoted[i])
			continue;
		fprintf(out, "%s%d", first ? "" : ",", i);
		first = false;
	}
	fprintf(out, "],\n\"orders\":[");
	if (summary.partly)
		x_order_put(out);
	fprintf(out, "],\n\"schedule\":[");
	for (i = 0; i < summary.nschedule; i++)
		fprintf(out, "%s%d", i ? "," : "", summary.schedule[i]);
	fprintf(out, "],\"preemptions\":%d,\"switches\":%d,\n\"kind\":\"%s\",\"failures\":[",
		summary.preemptions, summary.switches,
		summary.nschedule || X.nfailures ? names[summary.kind] : "");
	put_failures();
	fprintf(out, "],\n\"stuck\":[");
	put_stuck();
	fprintf(out, "],\n\"objects\":[");
	put_objects();
	fprintf(out, "],\n");
	put_log();
	fprintf(out, "\"complete\":true}\n");
	fflush(out);
}

/* From a signal handler: the engine itself may be hurt. Say it, and leave. */
void x_result_fault(const char *kind, const char *text, uintptr_t pc)
{
	char buf[1024];
	int n, i;

	n = snprintf(buf, sizeof(buf), "{\"verdict\":\"failed\",\"kind\":\"%s\",\"kinds\":[\"%s\"],\"executions\":%llu,\"fault\":true,\"failures\":[{\"kind\":\"%s\",\"process\":%d,\"step\":%d,\"pc\":%lu,\"text\":\"%s\"}],\"complete\":true}\n",
		     kind, kind, (unsigned long long)X.executions, kind, X.cur,
		     X.nevents - 1, (unsigned long)pc, text);
	for (i = 0; out && i < n; )
		i += write(fileno(out), buf + i, n - i) > 0 ? n : n;
	_exit(1);
}
