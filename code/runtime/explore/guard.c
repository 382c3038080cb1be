// SPDX-License-Identifier: GPL-2.0-only
/*
 * For code that nobody has read (--entries): what keeps it from getting
 * around the explorer by the stack or by a pointer to a function.
 *
 * The grader lets in only objects in which each access to memory follows a
 * hook (labs/grader/graderlib/machine.py). What is left is to say no here to
 * a write to a return address, a saved register or the explorer's own frames,
 * to a read of what the explorer itself keeps, and to a call of a place where
 * no function begins.
 */
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define MAX_ENTRIES	4096
#define MAX_KEPT	64
#define MAX_EPOCH	60000		/* x_clock counts to 65535 */

static uintptr_t entries[MAX_ENTRIES];	/* ascending */
static int nentries;
static uintptr_t its_end;		/* of the submission's code */
static uintptr_t scenario;		/* where its code begins */
static struct { uintptr_t from, to; } kept[MAX_KEPT];
static int nkept;

/*
 * What the compiler guards a stack by is random, and lies among the variables
 * there: a submission could read it, and be another one each time. Before
 * main(), so that no function that will return has it already.
 */
static void __attribute__((constructor)) same_each_time(void)
{
	__asm__ __volatile__("movq %0, %%fs:0x28" : : "r"(X_CANARY << 8));
}

/* Where each function begins; <where the submission ends; >where the scenario
 * begins; from-to of each variable that it keeps to itself. */
void x_guard_open(char *list)
{
	char *p, *to;

	X.guard = true;
	for (p = strtok(list, ","); p; p = strtok(NULL, ",")) {
		if (nentries == MAX_ENTRIES || nkept == MAX_KEPT) {
			x_say("explore: more than %d functions or %d variables\n",
			      MAX_ENTRIES, MAX_KEPT);
			exit(2);
		}
		to = strchr(p, '-');
		if (*p == '<') {
			its_end = strtoul(p + 1, NULL, 10);
		} else if (*p == '>') {
			scenario = strtoul(p + 1, NULL, 10);
		} else if (to) {
			kept[nkept].from = strtoul(p, NULL, 10);
			kept[nkept++].to = strtoul(to + 1, NULL, 10);
		} else {
			entries[nentries++] = strtoul(p, NULL, 10);
		}
	}
}

static bool is_submission(uintptr_t pc)
{
	return x_in_text(pc) && pc <= its_end;
}

/* Where the C library's data begin, and with them all that the linker put there. */
extern char data_start[] __attribute__((weak)), end[];
extern char __executable_start[];
/* Constants: the submission's and the family's, then the scenario's. */
extern char __start_lab_rodata[] __attribute__((weak));
extern char lab_scenario_rodata[] __attribute__((weak));

/* Code and constants of the explorer and of the scenario, and what that judges by. */
static bool is_hidden(uintptr_t addr, size_t size)
{
	int i;

	if (x_index(addr) >= 0) {
		for (i = 0; i < nkept; i++)
			if (addr < kept[i].to && addr + size > kept[i].from)
				return true;
		return false;
	}
	return addr + size > (uintptr_t)__executable_start &&
	       addr < (uintptr_t)end &&
	       (addr < (uintptr_t)__start_lab_rodata ||
		addr + size > (uintptr_t)lab_scenario_rodata);
}

/*
 * Whether an access is the submission's: it makes it itself, or a function does
 * that it has called. What the scenario does is its own, whoever called it.
 */
static bool is_its_doing(uintptr_t pc)
{
	const struct x_proc *me = x_me();
	uintptr_t fp = me->frame, top = x_stack_top(X.cur);

	if (is_submission(pc))
		return true;
	for (pc = me->came_from; x_in_text(pc) && pc < scenario;
	     pc = ((uintptr_t *)fp)[1], fp = *(uintptr_t *)fp) {
		if (is_submission(pc))
			return true;
		if (fp < me->entry || fp > top - 16 || fp % 8)
			return false;
	}
	return false;
}

/* The last function that begins at or before @pc. */
static uintptr_t function_of(uintptr_t pc)
{
	int low = 0, high = nentries, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (entries[mid] <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? entries[low - 1] : 0;
}

/*
 * How many registers a function saves right below its frame pointer: push
 * %rbp; mov %rsp,%rbp; and then a push of each.
 */
static int saved(uintptr_t function)
{
	const unsigned char *code = (void *)function;
	int n = 0;

	if (!code || memcmp(code, "\x55\x48\x89\xe5", 4))
		return 0;
	for (code += 4; ; n++) {
		if (code[0] == 0x53)
			code += 1;
		else if (code[0] == 0x41 && code[1] >= 0x54 && code[1] <= 0x57)
			code += 2;
		else
			return n;
	}
}

/**
 * x_may_write_stack() - may what is running write to a place on a stack?
 * @addr: where, on some process's stack
 * @size: how much
 *
 * Only to the frames of the explored code on its own stack: from the hook that
 * asks up to the first function, without what each of them saves.
 */
bool x_may_write_stack(uintptr_t addr, size_t size)
{
	const struct x_proc *me = x_me();
	uintptr_t fp = me->frame, pc = me->came_from, top = x_stack_top(X.cur);

	if (!X.guard)
		return true;
	/* An entry of its own stack: it has been called back already. */
	if (me->entry <= top - X_STACK_PROC || me->entry > top)
		return false;
	if (addr < me->entry || addr + size > top)
		return false;
	for (;;) {
		if (fp < me->entry || fp > top - 16 || fp % 8)
			return false;
		if (addr < fp + 16 &&
		    addr + size > fp - 8 * saved(function_of(pc)))
			return false;
		if (addr + size <= fp)
			return true;
		pc = ((uintptr_t *)fp)[1];
		if (!x_in_text(pc) || *(uintptr_t *)fp <= fp)
			return false;
		fp = *(uintptr_t *)fp;
	}
}

/**
 * x_guard_allows() - may what is running look at, or write to, this place?
 * @addr: where
 * @size: how much
 * @write: whether it writes
 * @pc: the return address of the hook that asks
 *
 * Nobody reads what the explorer itself writes, on a stack or among its
 * variables: it tells how far the search is, and no step says that it was
 * looked at. And a submission touches nothing that the scenario judges it by,
 * and nothing that tells which scenario runs.
 *
 * Return: whether it may; if not, that is the failure.
 */
bool x_guard_allows(uintptr_t addr, size_t size, bool write, uintptr_t pc)
{
	bool theirs;

	/* What was allocated is nobody's own. */
	if (!X.guard || addr - X_ARENA < X_ARENA_SIZE)
		return true;
	if (addr - X_STACKS < X_STACKS_SIZE)
		theirs = x_may_write_stack(addr, size);
	else
		theirs = x_index(addr) >= 0 ||
			 addr + size <= (uintptr_t)data_start ||
			 addr >= (uintptr_t)end;
	if (!write && !theirs) {
		x_fail(LAB_X_WILD, pc, addr,
		       "%zu-byte read at 0x%lx, which is the explorer's own",
		       size, (unsigned long)addr);
		return false;
	}
	if (addr - X_STACKS >= X_STACKS_SIZE && is_hidden(addr, size) &&
	    is_its_doing(pc)) {
		x_fail(LAB_X_WILD, pc, addr,
		       "%zu-byte %s at 0x%lx, which is the scenario's own or the explorer's",
		       size, write ? "write" : "read", (unsigned long)addr);
		return false;
	}
	return true;
}

/*
 * A fence is no step, so that nothing else counts it: a clock that begins anew
 * would put all that follows in order.
 */
void x_guard_clock(const struct x_proc *p)
{
	if (p->sync[p - X.proc] <= MAX_EPOCH)
		return;
	x_loop_used_up(p->came_from);
	x_fail(LAB_X_LIMIT, p->came_from, 0,
	       "%s has more fences in one execution than the explorer can count",
	       p->name);
}

void x_check_call(uintptr_t function, uintptr_t pc)
{
	bool begins = function_of(function) == function;

	if (!X.guard || (begins &&
			 !(is_submission(pc) && function >= scenario)))
		return;
	x_fail(LAB_X_WILD, pc, function, "a call of 0x%lx, %s",
	       (unsigned long)function,
	       begins ? "which is the scenario's" : "where no function begins");
	x_end_execution();
}

/*
 * With -mindirect-branch=thunk-extern a compiler makes each call through a
 * pointer by these.
 */
#define THUNK(reg)							\
__asm__(								\
"	.text\n"							\
"	.globl	__x86_indirect_thunk_" #reg "\n"			\
"__x86_indirect_thunk_" #reg ":\n"					\
"	pushq	%rax\n"							\
"	pushq	%rcx\n"							\
"	pushq	%rdx\n"							\
"	pushq	%rsi\n"							\
"	pushq	%rdi\n"							\
"	pushq	%r8\n"							\
"	pushq	%r9\n"							\
"	pushq	%r10\n"							\
"	pushq	%r11\n"							\
"	movq	72(%rsp), %rsi\n"					\
"	movq	%" #reg ", %rdi\n"					\
"	call	x_check_call\n"						\
"	popq	%r11\n"							\
"	popq	%r10\n"							\
"	popq	%r9\n"							\
"	popq	%r8\n"							\
"	popq	%rdi\n"							\
"	popq	%rsi\n"							\
"	popq	%rdx\n"							\
"	popq	%rcx\n"							\
"	popq	%rax\n"							\
"	jmp	*%" #reg "\n"						\
)

THUNK(rax); THUNK(rbx); THUNK(rcx); THUNK(rdx); THUNK(rdi); THUNK(rbp);
THUNK(r8); THUNK(r9); THUNK(r10); THUNK(r11);
THUNK(r12); THUNK(r13); THUNK(r14); THUNK(r15);
