// SPDX-License-Identifier: GPL-2.0-only
/* Preemption, interrupts and bottom halves off; where nobody may sleep. */
#include "engine.h"

void x_preempt_more(struct x_proc *me, uintptr_t pc)
{
	x_region_enter(pc);
	me->preempt++;
}

/* A release that was wrong has been told; the count goes on from nothing. */
void x_preempt_less(struct x_proc *me, uintptr_t pc)
{
	if (me->preempt > 0)
		me->preempt--;
	x_region_leave(pc);
}

void lab_x_preempt(int by)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	x_settle_value(me);
	if (by > 0)
		x_preempt_more(me, pc);
	else if (me->preempt)
		x_preempt_less(me, pc);
	else
		x_fail(LAB_X_LOCK, pc, 0,
		       "%s enables preemption that nobody disabled", me->name);
}

/* Spinlocks count, as in the kernel; interrupts and sections don't. */
int lab_x_preempt_count(void)
{
	return x_me()->preempt;
}

/* It keeps handlers of a sort away from now on, or no longer. */
static void irq_clocks(struct x_proc *me, bool soft, bool was, bool is)
{
	x_clock *clock = &X.proc[x_cpu_of(me)].irq[soft];

	if (is && !was)
		x_acquire(clock);
	else if (was && !is)
		x_release(clock);
}

/* The flag is as it was said last; bottom halves are counted. */
bool lab_x_irq(enum lab_x_irq how)
{
	struct x_proc *me = x_me();
	bool irq_off = me->irq_off, was = irq_off, hard = me->kind == 'i' && !me->soft;
	uintptr_t pc = X_PC();
	int bh_off = me->bh_off;
	struct x_op op;
	bool soft_was, soft_is;

	x_settle_value(me);
	if ((how == LAB_X_IRQ_ON && (!irq_off || hard)) ||
	    (how == LAB_X_BH_ON && !bh_off)) {
		x_fail(LAB_X_LOCK, pc, 0, "%s enables %s%s", me->name,
		       how == LAB_X_IRQ_ON ? "interrupts" : "bottom halves",
		       hard && irq_off ? ", and is a hard interrupt itself" :
		       " that nobody disabled");
		return was;
	}
	/* Softirqs that waited would run here, as if interrupts were on. */
	if (how == LAB_X_BH_ON && irq_off)
		x_fail(LAB_X_LOCK, pc, 0,
		       "%s enables bottom halves while interrupts are off", me->name);
	if (how == LAB_X_IRQ_ON || how == LAB_X_IRQ_OFF)
		irq_off = how == LAB_X_IRQ_OFF;
	else
		bh_off += how == LAB_X_BH_OFF ? 1 : -1;
	if (irq_off || bh_off)
		x_region_enter(pc);
	soft_was = me->irq_off || me->bh_off;
	soft_is = irq_off || bh_off;
	if (me->has_guest && (irq_off != me->irq_off || soft_is != soft_was)) {
		x_op_simple(&op, irq_off > me->irq_off || soft_is > soft_was ?
			    X_OP_IRQ_OFF : irq_off == me->irq_off ?
			    X_OP_BH_ON : X_OP_IRQ_ON, 0, false, pc);
		x_foot(&op, X_CELL_IRQ + x_cpu_of(me), false);
		x_step(&op);
		irq_clocks(me, false, me->irq_off, irq_off);
		if (me->kind != 'i')
			irq_clocks(me, true, soft_was, soft_is);
	}
	me->irq_off = irq_off;
	me->bh_off = bh_off;
	x_region_leave(pc);
	return was;
}

bool lab_x_irqs_off(void)
{
	return x_me()->irq_off;
}

/* Why this process must not sleep just now, as the kernel would see it. */
bool x_in_atomic(const struct x_proc *p, const char **why)
{
	if (p->kind == 'c')
		*why = "an RCU callback";
	else if (p->kind == 'i')
		*why = "an interrupt handler";
	else if (p->rcu)
		*why = "an RCU read-side critical section";
	else if (p->irq_off || p->bh_off)
		*why = p->irq_off ? "a section with interrupts off" :
		       "a section with bottom halves off";
	else if (p->preempt)
		*why = "a section with a spinlock held or preemption off";
	else
		return false;
	return true;
}

/* @pc is where the explored code was: not where we are, who sleep for it. */
void x_might_sleep(uintptr_t pc)
{
	const char *why;

	if (x_in_atomic(x_me(), &why))
		x_fail(LAB_X_SLEEP, pc, 0, "%s may sleep, in %s",
		       x_me()->name, why);
}

void lab_x_might_sleep(void)
{
	x_might_sleep(X_PC());
}
