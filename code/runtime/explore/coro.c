// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks, the switch between them, faults, and the watchdog.
 *
 * A process of the explored code is a coroutine: it runs until its next
 * visible step and then calls the scheduler, on its own stack. Stacks are at
 * fixed addresses, each above a page that nobody may touch.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include "engine.h"

/* rbx, rbp, r12 to r15 and the return address are all that a switch owes. */
__asm__(
"	.text\n"
"	.globl	x_coro_switch\n"
"	.type	x_coro_switch, @function\n"
"x_coro_switch:\n"
"	pushq	%rbx\n"
"	pushq	%rbp\n"
"	pushq	%r12\n"
"	pushq	%r13\n"
"	pushq	%r14\n"
"	pushq	%r15\n"
"	movq	%rsp, (%rdi)\n"
"	movq	%rsi, %rsp\n"
"	popq	%r15\n"
"	popq	%r14\n"
"	popq	%r13\n"
"	popq	%r12\n"
"	popq	%rbp\n"
"	popq	%rbx\n"
"	ret\n"
"	.size	x_coro_switch, .-x_coro_switch\n"
);

/* As the compiler's -ftrivial-auto-var-init=pattern has it. */
#define UNUSED_STACK	0xfefefefefefefefeULL
#define STACK_LOOK	256

/* How far down each stack may be used: whoever goes further gets a page more;
 * and how far down it was. */
static uintptr_t stack_from[X_PROCS], stack_used[X_PROCS];
static uint64_t started;

uintptr_t x_stack_top(int proc)
{
	return X_STACKS + (proc + 1) * X_STACK_PROC;
}

/* Whoever went further down than anybody before has called something there: a
 * return address lies below each variable of it. */
static bool used_further(int proc)
{
	const uint64_t *at = (void *)stack_used[proc];
	const uint64_t *from = (void *)MAX(stack_used[proc] - STACK_LOOK,
					   stack_from[proc]);

	while (--at >= from)
		if (*at != UNUSED_STACK)
			return true;
	return false;
}

/*
 * What an execution left on its stacks is gone before the next one begins, so
 * that a variable which is never set holds the same each time.
 */
void x_coro_wipe(void)
{
	uint64_t left = started, *at;
	int p;

	for (; left; left &= left - 1) {
		p = __builtin_ctzll(left);
		if (used_further(p)) {
			for (at = (void *)stack_from[p]; *at == UNUSED_STACK; )
				at++;
			stack_used[p] = (uintptr_t)at & ~63UL;
		}
		memset((void *)stack_used[p], (uint8_t)UNUSED_STACK,
		       x_stack_top(p) - stack_used[p]);
	}
	started = 0;
}

static void open_stack(int proc, uintptr_t from)
{
	mprotect((void *)from, stack_from[proc] - from, PROT_READ | PROT_WRITE);
	memset((void *)from, (uint8_t)UNUSED_STACK, stack_from[proc] - from);
	stack_from[proc] = from;
}

/* Whether the fault was a step to a page of a stack that was never used before. */
static bool stack_grows(uintptr_t addr)
{
	int proc = (addr - X_STACKS) / X_STACK_PROC;

	if (addr - X_STACKS >= X_STACKS_SIZE || addr >= stack_from[proc] ||
	    (addr - X_STACKS) % X_STACK_PROC < 2 * X_PAGE)
		return false;
	open_stack(proc, addr & ~(X_PAGE - 1));
	return true;
}

void *x_coro_prepare(int proc, void (*entry)(void))
{
	uintptr_t *sp = (uintptr_t *)(x_stack_top(proc) - 64);

	started |= 1ULL << proc;
	/* As after a call: the stack is 16-aligned before the return address. */
	*--sp = 0;
	*--sp = (uintptr_t)entry;
	sp -= 6;
	memset(sp, 0, 6 * sizeof(*sp));
	return sp;
}

void x_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	uintptr_t addr = (uintptr_t)info->si_addr;
	/* One on, as if it were a return address. */
	uintptr_t pc = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] + 1;
	char text[200];

	if (stack_grows(addr))
		return;
	if (addr >= X_STACKS && addr < X_STACKS + X_STACKS_SIZE &&
	    (addr - X_STACKS) % X_STACK_PROC < 2 * X_PAGE)
		x_result_fault("stack-overflow",
			       "the stack of 128 KiB is used up: endless recursion?",
			       pc);
	snprintf(text, sizeof(text), "signal %d (%s) at address 0x%lx, in code that the compiler did not instrument",
		 sig, strsignal(sig), (unsigned long)addr);
	x_result_fault("fault", text, pc);
}

static uint64_t last_beat;

/* Nothing that the engine could see happened between two alarms. */
static void on_alarm(int sig, siginfo_t *info, void *context)
{
	/* One on, as if it were a return address. */
	uintptr_t pc = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] + 1;
	uint64_t beat = X.total_steps + X.executions + X.plain_accesses +
			X.nevents + X.alone;

	(void)sig;
	(void)info;
	/* In the engine itself it is told where the explored code was. */
	if (X.guard && !x_in_text(pc))
		pc = x_me()->came_from;
	if (beat == last_beat)
		x_result_fault("endless",
			       "two seconds without a step that others could come between: a loop that never ends",
			       pc);
	last_beat = beat;
	x_watchdog(true);
}

static void on_interrupt(int sig)
{
	(void)sig;
	X.interrupted = 1;
}

void x_watchdog(bool on)
{
	struct itimerval timer = { .it_value.tv_sec = on ? 2 : 0 };

	setitimer(ITIMER_VIRTUAL, &timer, NULL);
}

static void *fixed(uintptr_t at, size_t size, int prot)
{
	void *p = mmap((void *)at, size, prot, MAP_PRIVATE | MAP_ANONYMOUS |
		       MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (p != (void *)at) {
		x_say("explore: address 0x%lx is taken; is this not x86-64 Linux?\n",
		      (unsigned long)at);
		_exit(3);
	}
	return p;
}

void x_coro_init(void)
{
	static char alt[64 << 10];
	stack_t stack = { .ss_sp = alt, .ss_size = sizeof(alt) };
	struct sigaction fault = {
		.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK,
	};
	struct sigaction alarm = {
		.sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO | SA_ONSTACK,
	};
	struct sigaction interrupt = { .sa_handler = on_interrupt };
	int p;

	fixed(X_STACKS, X_STACKS_SIZE, PROT_NONE);
	for (p = 0; p < X_PROCS; p++) {
		stack_from[p] = stack_used[p] = x_stack_top(p);
		open_stack(p, x_stack_top(p) - X_PAGE);
	}
	fixed(X_ARENA, X_ARENA_SIZE, PROT_READ | PROT_WRITE);

	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGBUS, &fault, NULL);
	sigaction(SIGILL, &fault, NULL);
	sigaction(SIGFPE, &fault, NULL);
	sigaction(SIGABRT, &fault, NULL);
	sigaction(SIGVTALRM, &alarm, NULL);
	interrupt.sa_flags = SA_ONSTACK | SA_RESTART;
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGTERM, &interrupt, NULL);
	sigaction(SIGALRM, &interrupt, NULL);
}
